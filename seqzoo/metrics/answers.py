"""How varied the answers of a model are, and how near the ones that were given."""

from collections import Counter
from collections.abc import Sequence


def distinct(answers: Sequence[Sequence[str]], n: int) -> float:
    """Different n-grams of all answers, over the number of their tokens (Li et al. 2016, section 5.3).

    Args:
        answers: tokens of each.
        n: of the n-grams.

    Returns:
        From 0 to 1; 0 where there is no token.
    """
    grams = {tuple(a[i : i + n]) for a in answers for i in range(len(a) - n + 1)}
    return len(grams) / max(1, sum(map(len, answers)))


def commonest(answers: Sequence[str]) -> tuple[str, float]:
    """The commonest answer, and its share; case and white space at the ends make no difference.

    Of equals it is the one that came first, as it stood there.
    """
    keys = [answer.strip().lower() for answer in answers]
    key, count = Counter(keys).most_common(1)[0]
    return answers[keys.index(key)], count / len(answers)


def looping(tokens: Sequence[str], n: int = 3) -> bool:
    """Whether some n tokens come twice."""
    grams = [tuple(tokens[i : i + n]) for i in range(len(tokens) - n + 1)]
    return len(set(grams)) < len(grams)


def answer_scores(
    answers: Sequence[str], references: Sequence[str], tokenize: str
) -> dict[str, float | str]:
    """Figures of answers.

    Args:
        answers, references: as many.
        tokenize: sacrebleu's name of how texts are cut into words.

    Returns:
        `bleu_2` (0 to 100, n-grams up to two; Papineni et al. 2002), `distinct_1` and `distinct_2`, of
        lower-case tokens, `commonest_share` and `commonest_answer`, `looping_share`, the share of answers in
        which three tokens come twice, and `answer_tokens`, the mean length.
    """
    import sacrebleu

    bleu = sacrebleu.BLEU(max_ngram_order=2, tokenize=tokenize, force=True)
    cut = bleu.tokenizer or str
    tokens = [cut(answer.lower()).split() for answer in answers]
    text, share = commonest(answers)
    return {
        "bleu_2": bleu.corpus_score(list(answers), [list(references)]).score,
        "distinct_1": distinct(tokens, 1),
        "distinct_2": distinct(tokens, 2),
        "commonest_share": share,
        "commonest_answer": text,
        "looping_share": sum(map(looping, tokens)) / len(tokens),
        "answer_tokens": sum(map(len, tokens)) / len(tokens),
    }

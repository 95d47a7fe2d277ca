"""The scripts of `seqzoo completion`, one for each shell."""

import shlex
from collections.abc import Mapping
from typing import NamedTuple


class Flag(NamedTuple):
    """A flag.

    Attributes:
        about: its help.
        values: that it may have; empty: any, files too.
        valued: whether it has a value.
    """

    about: str
    values: tuple[str, ...]
    valued: bool


class Context(NamedTuple):
    """What may follow what has been typed.

    Attributes:
        flags: by name.
        words: that an argument may be; files may come besides.
    """

    flags: Mapping[str, Flag]
    words: tuple[str, ...]


Contexts = Mapping[str, Context]

BASH = """\
# Completion of seqzoo for bash, made by `seqzoo completion bash`.
_seqzoo() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}
  local key=${COMP_WORDS[1]} words="" files=yes
  case $key in train|sweep) [ "$COMP_CWORD" -gt 2 ] && key="$key ${COMP_WORDS[2]}" ;; esac
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    words=@commands@
    files=
  else
    case "$key:$before" in
@values@
      *)
        case "$key" in
@contexts@
        esac
        case $word in -*) files= ;; esac ;;
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$word"))
  if [ -n "$files" ]; then
    local file
    while IFS= read -r file; do COMPREPLY+=("$file"); done < <(compgen -f -- "$word")
  fi
}
complete -o filenames -F _seqzoo seqzoo
"""
ZSH = """\
#compdef seqzoo
# Completion of seqzoo for zsh, made by `seqzoo completion zsh`.
autoload -Uz compinit bashcompinit
compinit
bashcompinit
"""
USES = """\
function __seqzoo_at
  set -l typed (commandline -opc)
  test (count $typed) -gt (count $argv); and test "$typed[2..(math 1 + (count $argv))]" = "$argv"
end
"""


def bash(contexts: Contexts) -> str:
    """The script for bash.

    Args:
        contexts: what may follow, by what has been typed.
    """
    values, cases = [], []
    for key, context in contexts.items():
        free = []
        for flag, about in context.flags.items():
            if about.values:
                words = shlex.quote(" ".join(about.values))
                values.append(
                    f"      {shlex.quote(f'{key}:{flag}')}) words={words}; files= ;;"
                )
            elif about.valued:
                free.append(shlex.quote(f"{key}:{flag}"))
        if free:
            values.append(f"      {'|'.join(free)}) ;;")
        words = shlex.quote(" ".join([*context.words, *context.flags]))
        cases.append(f"          {shlex.quote(key)}) words={words} ;;")
    commands = shlex.quote(" ".join(key for key in contexts if " " not in key))
    made = BASH.replace("@commands@", commands)
    return made.replace("@values@", "\n".join(values)).replace(
        "@contexts@", "\n".join(cases)
    )


def zsh(contexts: Contexts) -> str:
    """The script for zsh: that of bash, which zsh runs by `bashcompinit`."""
    return ZSH + bash(contexts)


def fish(contexts: Contexts) -> str:
    """The script for fish."""
    lines = [
        "# Completion of seqzoo for fish, made by `seqzoo completion fish`.",
        *USES.split("\n"),
    ]
    commands = shlex.quote(" ".join(key for key in contexts if " " not in key))
    at_first = "'test (count (commandline -opc)) -eq 1'"
    lines.append(f"complete -c seqzoo -n {at_first} -f -a {commands}")
    for key, context in contexts.items():
        start = f"complete -c seqzoo -n {shlex.quote(f'__seqzoo_at {key}')}"
        if context.words:
            lines.append(f"{start} -a {shlex.quote(' '.join(context.words))}")
        for flag, about in context.flags.items():
            lines.append(f"{start} {_fish_flag(flag, about)}")
    return "\n".join(lines) + "\n"


def _fish_flag(flag: str, about: Flag) -> str:
    name = flag.lstrip("-")
    said = f"-{'l' if flag.startswith('--') else 's'} {name} -d {_fish_quoted(about.about)}"
    if about.values:
        return f"{said} -x -a {shlex.quote(' '.join(about.values))}"
    return f"{said} -r" if about.valued else said


def _fish_quoted(text: str) -> str:
    """A text in quotes of fish, in which only a quote and a backslash mean something."""
    escaped = " ".join(text.split()).replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


SCRIPTS = {"bash": bash, "zsh": zsh, "fish": fish}

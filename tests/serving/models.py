"""The finished models that the server's tests ask, and how they ask."""

import json

SENTIMENT, TRANSLATION = "sentiment-imdb", "translation-en-de"
SEGMENTATION, ENTITIES, LANGUAGE = (
    "segmentation-peoples-daily",
    "entities-peoples-daily",
    "characters-python",
)
REGRESSOR, FORECASTER = "regressor", "forecaster"  # made for the tests
SERIES, SPEECH, TALKER = "series", "recognizer", "talker"
VERSE, PEN, CAPTIONER, TREES = "poet", "pen", "captioner", "trees"
STORIES = "story"
NAMES = [SENTIMENT, TRANSLATION, SEGMENTATION, ENTITIES, LANGUAGE]
GOOD = {
    SENTIMENT: ["A wonderful film.", "Dull."],
    TRANSLATION: ["A man is riding a horse."],
    SEGMENTATION: ["江泽民在北京大学讲话"],
    ENTITIES: ["江泽民在北京大学讲话"],
    LANGUAGE: ["def run(self):"],
}


def ask(client, name, body, action="predict"):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post(f"/v1/models/{name}:{action}", content=content)

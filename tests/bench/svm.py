"""The engine beside ours: a linear SVM over TF-IDF of words and letters, behind the line protocol of ``lotse match``.

The usual strong choice with few examples and without a language model (scikit-learn: words 1-2, letters within words
2-5, ``LinearSVC`` with C=1). The score is the highest margin.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import Pipeline, make_pipeline, make_union
from sklearn.svm import LinearSVC


def trained(texts: list[str], labels: list[str]) -> Pipeline:
    """The SVM after learning these."""
    words = TfidfVectorizer(ngram_range=(1, 2))
    letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5))
    return make_pipeline(make_union(words, letters), LinearSVC(C=1)).fit(texts, labels)


def main(train: Path) -> None:
    rows = [json.loads(line) for line in train.read_text("utf-8").splitlines()]
    begun = time.perf_counter()
    engine = trained([row["text"] for row in rows], [row["label"] for row in rows])
    say({"ready": True, "train_s": round(time.perf_counter() - begun, 3)})
    for line in sys.stdin:
        text = json.loads(line)["text"]
        begun = time.perf_counter()
        margins = engine.decision_function([text])
        if margins.ndim == 1:  # of two labels it gives the second one's only
            margins = np.stack([-margins, margins], axis=1)
        best = int(margins.argmax())
        took = (time.perf_counter() - begun) * 1e6
        say({"label": str(engine.classes_[best]), "score": float(margins.max()), "us": round(took, 1)})


def say(row: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(row) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]))

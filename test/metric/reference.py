"""The reference scorers, for comparison only: nothing else in the project needs Python.

METEOR, Porter stems and tokens come from NLTK with Debian's wordnet-base (apt-get install python3-nltk wordnet-base).
ROUGE is the scorer of the rouge_score package written out: lower case, [^a-z0-9]+ splits, table of the longest common subsequence.

Reads JSON from standard input and writes JSON:
  {"pairs": [{"prediction", "reference"}]}  -> {"rouge", "meteor", "seconds": {"rouge", "meteor"}}
  {"stem": [word]}, {"tokenize": [text]}, {"synonyms": [word]}  -> lists in the same order
"""

import collections
import json
import os
import re
import shutil
import sys
import tempfile
import time

from nltk.corpus.reader.wordnet import WordNetCorpusReader
from nltk.stem.porter import PorterStemmer
from nltk.tokenize.destructive import NLTKWordTokenizer
from nltk.translate.meteor_score import single_meteor_score

LEXNAMES = """adj.all adj.pert adv.all noun.Tops noun.act noun.animal noun.artifact noun.attribute noun.body noun.cognition
noun.communication noun.event noun.feeling noun.food noun.group noun.location noun.motive noun.object noun.person noun.phenomenon
noun.plant noun.possession noun.process noun.quantity noun.relation noun.shape noun.state noun.substance noun.time verb.body
verb.change verb.cognition verb.communication verb.competition verb.consumption verb.contact verb.creation verb.emotion verb.motion
verb.perception verb.possession verb.social verb.stative verb.weather adj.ppl""".split()


def wordnet(source="/usr/share/wordnet"):
    """NLTK's reader on Debian's files, which lack the list of lexicographer files."""
    folder = tempfile.mkdtemp(prefix="alcap-wordnet-")
    try:
        for name in os.listdir(source):
            os.symlink(os.path.join(source, name), os.path.join(folder, name))
        with open(os.path.join(folder, "lexnames"), "w") as file:
            file.writelines(f"{i:02d}\t{name}\t1\n" for i, name in enumerate(LEXNAMES))
        reader = WordNetCorpusReader(folder, None)
        reader.synsets("song")  # opens the data files
        for pos in "nvar":
            reader._data_file(pos)
        return reader
    finally:
        shutil.rmtree(folder)


def rouge_tokens(text):
    return [word for word in re.split(r"\s+", re.sub(r"[^a-z0-9]+", " ", text.lower())) if re.match(r"^[a-z0-9]+$", word)]


def fractions(matches, predicted, expected):
    precision, recall = matches / max(predicted, 1), matches / max(expected, 1)
    return [precision, recall, 2 * precision * recall / (precision + recall) if precision + recall > 0 else 0.0]


def ngrams(words, n):
    return collections.Counter(tuple(words[i : i + n]) for i in range(len(words) - n + 1))


def rouge_n(prediction, reference, n):
    predicted, expected = ngrams(prediction, n), ngrams(reference, n)
    matches = sum(min(count, predicted[gram]) for gram, count in expected.items())
    return fractions(matches, sum(predicted.values()), sum(expected.values()))


def rouge_l(prediction, reference):
    table = [[0] * (len(prediction) + 1) for _ in range(len(reference) + 1)]
    for i in range(1, len(reference) + 1):
        for j in range(1, len(prediction) + 1):
            if reference[i - 1] == prediction[j - 1]:
                table[i][j] = table[i - 1][j - 1] + 1
            else:
                table[i][j] = max(table[i - 1][j], table[i][j - 1])
    return fractions(table[-1][-1], len(prediction), len(reference))


def rouge(pair):
    prediction, reference = rouge_tokens(pair["prediction"]), rouge_tokens(pair["reference"])
    return [rouge_n(prediction, reference, 1), rouge_n(prediction, reference, 2), rouge_l(prediction, reference)]


def score(pairs):
    started = time.process_time()
    rouges = [rouge(pair) for pair in pairs]
    rouge_seconds = time.process_time() - started
    dictionary, tokenizer = wordnet(), NLTKWordTokenizer()
    started = time.process_time()
    meteors = [
        single_meteor_score(tokenizer.tokenize(pair["reference"]), tokenizer.tokenize(pair["prediction"]), wordnet=dictionary)
        for pair in pairs
    ]
    return {"rouge": rouges, "meteor": meteors, "seconds": {"rouge": rouge_seconds, "meteor": time.process_time() - started}}


def synonyms(words):
    dictionary = wordnet()
    return [
        sorted({name for synset in dictionary.synsets(word) for name in synset.lemma_names() if "_" not in name and name == name.lower()})
        for word in words
    ]


if __name__ == "__main__":
    task = json.load(sys.stdin)
    if "pairs" in task:
        answer = score(task["pairs"])
    elif "stem" in task:
        stemmer = PorterStemmer()
        answer = [stemmer.stem(word) for word in task["stem"]]
    elif "tokenize" in task:
        tokenizer = NLTKWordTokenizer()
        answer = [tokenizer.tokenize(text) for text in task["tokenize"]]
    else:
        answer = synonyms(task["synonyms"])
    json.dump(answer, sys.stdout)

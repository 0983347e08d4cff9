"""Search of the handbook in Chinese: every two neighbouring characters are a word, so that no dictionary is needed.

Sphinx cuts Chinese only where the package jieba is installed, and its page then asks for a stemmer that is not there.
"""

from __future__ import annotations

import re

import snowballstemmer
from sphinx.search import SearchLanguage
from sphinx.search.en import SearchEnglish

_RUNS = re.compile(r"[A-Za-z0-9_]+|[\u3400-\u9fff]+")


class ChineseSearch(SearchLanguage):
    """Words of Latin letters as they are, Chinese by two characters; the same in Python and in the browser."""

    lang = "zh"
    language_name = "English"  # whose stemmer the page uses
    js_stemmer_rawcode = "english-stemmer.js"
    stopwords = SearchEnglish.stopwords
    js_splitter_code = """
function splitQuery(query) {
  const words = [];
  for (const [run] of query.matchAll(/[A-Za-z0-9_]+|[\\u3400-\\u9fff]+/g)) {
    if (run.length < 2 || /[A-Za-z0-9_]/.test(run)) words.push(run);
    else for (let at = 0; at + 1 < run.length; at++) words.push(run.slice(at, at + 2));
  }
  return words;
}
"""

    def __init__(self, options: dict[str, str]) -> None:
        super().__init__(options)
        self._stemmer = snowballstemmer.stemmer("english")

    def split(self, input: str) -> list[str]:
        """Cut a text into words."""
        words: list[str] = []
        for run in _RUNS.findall(input):
            pairs = [run[at : at + 2] for at in range(len(run) - 1)]
            words += [run] if run[0] < "\u3400" or not pairs else pairs
        return words

    def stem(self, word: str) -> str:
        """Take the stem of an English word; Chinese stays."""
        return str(self._stemmer.stemWord(word.lower()))

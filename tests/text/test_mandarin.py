"""Readings of characters: finals, groups of rhymes, level and oblique tones."""

import pytest

from seqzoo.errors import InputError
from seqzoo.text import mandarin


@pytest.mark.parametrize(
    ("reading", "final", "group", "kind"),
    [
        ("guang1", "uang", "唐", "平"),
        ("shuang1", "uang", "唐", "平"),
        ("xiang1", "iang", "唐", "平"),
        ("zhi1", "-i", "支", "平"),
        ("zi3", "-i", "支", "仄"),
        ("ri4", "-i", "支", "仄"),
        ("li3", "i", "齐", "仄"),
        ("yi1", "i", "齐", "平"),
        ("yu2", "v", "齐", "平"),
        ("ju1", "v", "齐", "平"),
        ("nv3", "v", "齐", "仄"),
        ("er2", "er", "齐", "平"),
        ("shu1", "u", "姑", "平"),
        ("wu3", "u", "姑", "仄"),
        ("yue4", "ve", "皆", "仄"),
        ("xue3", "ve", "皆", "仄"),
        ("ye4", "ie", "皆", "仄"),
        ("quan2", "van", "寒", "平"),
        ("yuan2", "van", "寒", "平"),
        ("jun1", "vn", "文", "平"),
        ("yun2", "vn", "文", "平"),
        ("chun1", "un", "文", "平"),
        ("wen2", "un", "文", "平"),
        ("feng1", "eng", "庚", "平"),
        ("xiong2", "iong", "庚", "平"),
        ("yong1", "iong", "庚", "平"),
        ("weng1", "ueng", "庚", "平"),
        ("liu3", "iu", "尤", "仄"),
        ("you3", "iu", "尤", "仄"),
        ("hui2", "ui", "微", "平"),
        ("wo3", "uo", "波", "仄"),
        ("he2", "e", "波", "平"),
        ("hua1", "ua", "麻", "平"),
        ("de5", "e", "波", ""),
    ],
)
def test_a_reading_is_taken_apart(reading, final, group, kind):
    assert mandarin.final_of(reading) == final
    assert mandarin.group_of(reading) == group
    assert mandarin.kind_of(reading) == kind


def test_the_commonest_full_tone_counts():
    assert mandarin.chosen(["zi5", "zi3"]) == "zi3"
    assert mandarin.chosen(["kan4", "kan1"]) == "kan4"
    assert mandarin.chosen(["de5"]) == "de5"
    assert mandarin.chosen(["hm"]) is None


def test_a_table_is_read_as_it_was_written(tmp_path):
    readings = {"秋": "qiu1", "月": "yue4"}
    mandarin.save(tmp_path / "r.tsv", readings)
    assert mandarin.load(tmp_path / "r.tsv") == readings
    (tmp_path / "r.tsv").write_text("秋\tqiu\n", "utf-8")
    with pytest.raises(InputError, match=r"r\.tsv:1: expected a character, a tab"):
        mandarin.load(tmp_path / "r.tsv")


def test_every_syllable_of_pypinyin_has_a_group():
    pytest.importorskip("pypinyin")
    characters = [chr(code) for code in range(0x4E00, 0x9FA6)]
    readings = mandarin.readings_of(characters)
    assert len(readings) > 20_000
    none = {reading for reading in readings.values() if not mandarin.group_of(reading)}
    assert len(none) < 5, none  # interjections
    assert readings["秋"] == "qiu1" and readings["诗"] == "shi1"

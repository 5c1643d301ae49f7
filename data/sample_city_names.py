"""Words of the sample city: invented names, and the classes that it uses."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np

DISTRICT = ("990101", "望河区", "Wanghe District")
CITY_CODE = "9901"

LAKE_STREET, ISLAND_STREET, WORKS_STREET = (
    ("湖畔", "Hupan"),
    ("沙洲", "Shazhou"),
    ("新窑", "Xinyao"),
)
STREETS = (
    ("砚池", "Yanchi"), ("茶亭", "Chating"), ("石坊", "Shifang"), ("旧仓", "Jiucang"),
    ("槐荫", "Huaiyin"), ("柳桥", "Liuqiao"), ("鹭渡", "Ludu"), ("青堤", "Qingdi"),
    ("鹤汀", "Heting"), ("石埠", "Shibu"), ("榆园", "Yuyuan"), ("白滩", "Baitan"),
    ("枫林", "Fenglin"), ("铁铺", "Tiepu"),
)  # fmt: skip
PARK, TINY = (
    ("镜湖公园", "Jinghu Park"),
    (("钟台", "Zhongtai"), ("井栏", "Jinglan"), ("砚台", "Yantai")),
)

_FIRST = (
    "柳Liu 槐Huai 榆Yu 桐Tong 桂Gui 梅Mei 兰Lan 竹Zhu 松Song 柏Bai 枫Feng 荷He 莲Lian "
    "杏Xing 桃Tao 云Yun 霞Xia 月Yue 晨Chen 鹤He 燕Yan 莺Ying 鹭Lu 鲤Li 石Shi 玉Yu 金Jin "
    "银Yin 青Qing 澄Cheng 翠Cui 锦Jin 书Shu 琴Qin 棋Qi 茶Cha 鼓Gu 钟Zhong 南Nan 北Bei 东Dong "
    "西Xi 古Gu 新Xin 长Chang 永Yong 安An 平Ping 渔Yu 织Zhi "
)
_SECOND = (
    "桥qiao 堤di 园yuan 苑yuan 里li 坊fang 井jing 塘tang 湾wan 渡du 埠bu 岸'an 滩tan "
    "亭ting 岭ling 溪xi 泉quan 墩dun 庄zhuang 港gang 巷xiang 圃pu 畔pan 洲zhou "
)
_SURNAMES = (
    "王Wang 李Li 张Zhang 刘Liu 陈Chen 杨Yang 赵Zhao 黄Huang 周Zhou 吴Wu 徐Xu 孙Sun 胡Hu "
    "朱Zhu 高Gao 林Lin 何He 郭Guo 马Ma 罗Luo 梁Liang 宋Song 郑Zheng 谢Xie 韩Han 唐Tang "
    "冯Feng 于Yu 董Dong 萧Xiao "
)
_GIVEN = (
    "立Li 晓Xiao 建Jian 文Wen 志Zhi 雅Ya 思Si 春Chun 秋Qiu 海Hai 明Ming 宁Ning 静Jing "
    "敏Min 峰Feng 雪Xue 佳Jia 成Cheng 和He 岚Lan 卓Zhuo 芸Yun 凯Kai 颖Ying 原Yuan 然Ran "
    "越Yue 帆Fan 棠Tang 谦Qian "
)

PIPES = {
    "water": ("2151", "给水管线", "Water main"),
    "sewer": ("2152", "污水管线", "Foul sewer"),
    "storm": ("2153", "雨水管线", "Storm sewer"),
    "gas": ("2154", "燃气管线", "Gas main"),
    "power": ("2155", "电力管线", "Power cable"),
    "telecom": ("2156", "通信管线", "Telecom duct"),
}
"""``kind`` -> local class code and names: the common table has no pipes, so major 21 is used."""

_TABLES = Path(__file__).parents[1] / "gridgeo" / "tables"


def _class_names(table: str) -> pd.DataFrame:
    """Read the names of classes by their code, from a table that gridgeo ships."""
    names = pd.read_csv(_TABLES / table, dtype="str", encoding="utf-8").set_index("class_code")
    return names[["class_name", "class_name_en"]]


COMPONENTS = _class_names("components_cjt214.csv")
EVENTS = _class_names("events_cjt214.csv")


def place_names(rng: np.random.Generator) -> Iterator[tuple[str, str]]:
    """Give invented names of places, Chinese and English, none twice in either language."""
    first, second = _words(_FIRST), _words(_SECOND)
    seen = {english for _, english in (*STREETS, *TINY, LAKE_STREET, ISLAND_STREET, WORKS_STREET)}
    for k in rng.permutation(len(first) * len(second)):
        a, b = first[k // len(second)], second[k % len(second)]
        if a[1] + b[1] not in seen:
            seen.add(a[1] + b[1])
            yield a[0] + b[0], a[1] + b[1]


def person_names(rng: np.random.Generator) -> Iterator[tuple[str, str]]:
    """Give invented names of persons, Chinese and English, none twice."""
    surnames, given = _words(_SURNAMES), _words(_GIVEN)
    seen = set()
    while True:
        s = surnames[int(rng.integers(len(surnames)))]
        parts = [
            given[int(i)]
            for i in rng.choice(len(given), 2 if rng.random() < 0.8 else 1, replace=False)
        ]
        chinese = s[0] + "".join(part[0] for part in parts)
        if chinese not in seen:
            seen.add(chinese)
            yield chinese, f"{s[1]} {''.join(part[1] for part in parts).capitalize()}"


def _words(text: str) -> list[tuple[str, str]]:
    return [(word[0], word[1:]) for word in text.split()]

"""Words of the sample city: invented names, and the classes that it uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

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

COMPONENTS = {
    "0101": ("上水井盖", "Water-supply manhole cover"),
    "0102": ("污水井盖", "Foul-sewer manhole cover"),
    "0103": ("雨水井盖", "Storm-drain manhole cover"),
    "0104": ("雨水箅子", "Storm-drain grating"),
    "0105": ("电力井盖", "Electric-power manhole cover"),
    "0106": ("路灯井盖", "Street-light manhole cover"),
    "0107": ("通讯井盖", "Telecom manhole cover"),
    "0111": ("燃气井盖", "Gas manhole cover"),
    "0113": ("消防设施", "Fire-fighting facility (hydrant etc.)"),
    "0115": ("通讯交接箱", "Telecom cross-connect cabinet"),
    "0117": ("立杆", "Pole"),
    "0118": ("路灯", "Street light"),
    "0123": ("邮筒", "Post box"),
    "0126": ("健身设施", "Fitness equipment"),
    "0134": ("变压器（箱）", "Transformer (box)"),  # noqa: RUF001 - the table's own brackets
    "0136": ("监控电子眼", "Surveillance camera"),
    "0203": ("公交站亭", "Bus shelter"),
    "0209": ("交通标志牌", "Traffic sign"),
    "0210": ("交通信号灯", "Traffic signal light"),
    "0212": ("存车支架", "Cycle rack"),
    "0213": ("路名牌", "Street-name sign"),
    "0301": ("公共厕所", "Public toilet"),
    "0305": ("垃圾箱", "Litter bin"),
    "0307": ("广告牌匾", "Advertising board"),
    "0401": ("古树名木", "Ancient or notable tree"),
    "0402": ("行道树", "Street tree"),
    "0404": ("花架花钵", "Flower stand or planter"),
    "0406": ("雕塑", "Sculpture"),
    "0407": ("街头坐椅", "Street bench"),
    "0501": ("宣传栏", "Notice board"),
    "0603": ("水域附属设施", "Water-body ancillary facility"),
}
"""``class_code`` -> names, of the table "CJ/T 214-2007 type"."""

PIPES = {
    "water": ("2151", "给水管线", "Water main"),
    "sewer": ("2152", "污水管线", "Foul sewer"),
    "storm": ("2153", "雨水管线", "Storm sewer"),
    "gas": ("2154", "燃气管线", "Gas main"),
    "power": ("2155", "电力管线", "Power cable"),
    "telecom": ("2156", "通信管线", "Telecom duct"),
}
"""``kind`` -> local class code and names: the common table has no pipes, so major 21 is used."""

EVENTS = {
    "0101": "私搭乱建",
    "0102": "暴露垃圾",
    "0103": "积存垃圾渣土",
    "0104": "道路不洁",
    "0105": "水域不洁",
    "0106": "绿地脏乱",
    "0107": "废弃车辆",
    "0110": "道路破损",
    "0111": "河堤破损",
    "0112": "道路遗撒",
    "0116": "油烟污染",
    "0201": "非法小广告",
    "0203": "占道广告牌",
    "0205": "广告招牌破损",
    "0301": "施工扰民",
    "0302": "工地扬尘",
    "0304": "施工占道",
    "0401": "路面塌陷",
    "0402": "自来水管破裂",
    "0404": "下水道堵塞或破损",
    "0406": "道路积水",
    "0407": "道路积雪结冰",
    "0408": "架空线缆损坏",
    "0501": "无照经营游商",
    "0504": "店外经营",
    "0505": "机动车乱停放",
    "0506": "非机动车乱停放",
    "0507": "乱堆物堆料",
    "0508": "商业噪音",
    "0510": "露天烧烤",
    "0511": "沿街晾挂",
}
"""``class_code`` -> name, of the table "CJ/T 214-2007 type"."""


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

"""What labels are used for, and what that asks of the symbol.

A new use is one more row. `mark` says how far the row's norm was read: V in a source, P in another
text that quotes it, M from memory, and O where there is no norm and the row is our own choice. A
row only ever asks for more than ISO/IEC 18004 and 16022 do.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from codes.labels.model import Label, LabelError, SymbolKind
from codes.model import CodeError
from codes.schemes import cn_seed

_ALL: Final = frozenset(SymbolKind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One use of labels.

    `level` is the error correction of a QR code (a Data Matrix has one level only). A module is
    never narrower than `module_least_mm`, a symbol never smaller than `symbol_least_mm`, and its
    white margin never narrower than `margin_least_mm`, whatever that is in modules. `check` refuses
    a content that the norm does not allow.
    """

    name: str
    title_zh: str
    title_en: str
    level: str
    module_least_mm: float
    norm: str
    mark: str
    symbol_least_mm: float = 0.0
    margin_least_mm: float = 0.0
    kinds: frozenset[SymbolKind] = _ALL
    check: Callable[[str], object] | None = None


def build_table(uses: Iterable[Use]) -> Mapping[str, Use]:
    """Return the uses by name; refuses a name used twice."""
    table: dict[str, Use] = {}
    for use in uses:
        if use.name in table:
            raise ValueError(f"two uses of labels are named {use.name}")
        table[use.name] = use
    return MappingProxyType(table)


# 0.33 mm is four dots at 300 dpi, eight at 600, and at 203 three dots are a little more. Where the
# mark is M the module is our own demand until the norm is read.
USES: Final = build_table(
    (
        Use(
            name="retail_item",
            title_zh="零售商品",
            title_en="retail item",
            level="M",
            module_least_mm=0.396,
            norm="GS1 General Specifications 5.12.3.1, symbol specification table 1",
            mark="P",
        ),
        Use(
            name="produce",
            title_zh="农产品、承诺达标合格证",
            title_en="farm produce, conformity certificate",
            level="M",
            module_least_mm=0.33,
            norm="none",
            mark="O",
        ),
        Use(
            name="seed",
            title_zh="农作物种子标签",
            title_en="seed label",
            level="M",
            module_least_mm=0.25,
            # Two square centimetres, rounded up so that the printed square is never below them.
            symbol_least_mm=math.ceil(math.sqrt(200) * 100) / 100,
            margin_least_mm=2.0,
            kinds=frozenset({SymbolKind.QR}),
            check=cn_seed.parse_label,
            norm="农作物种子标签二维码编码规则 (农业部办公厅 2016-09-18) 4, 9",
            mark="V",
        ),
        Use(
            name="pesticide_unit",
            title_zh="农药最小销售单元",
            title_en="pesticide, single sales unit",
            level="M",
            module_least_mm=0.25,
            kinds=frozenset({SymbolKind.QR, SymbolKind.DATA_MATRIX}),
            norm="农业部公告第2579号",
            mark="V",
        ),
        Use(
            name="drug",
            title_zh="药品",
            title_en="drug package",
            level="M",
            module_least_mm=0.254,
            norm="GS1 General Specifications 5.12.3, symbol specification table 6",
            mark="M",
        ),
        Use(
            name="bag",
            title_zh="包装袋、户外",
            title_en="bag, outdoor",
            level="Q",
            module_least_mm=0.5,
            norm="none",
            mark="O",
        ),
        Use(
            name="cold_chain",
            title_zh="冷链",
            title_en="cold chain",
            level="Q",
            module_least_mm=0.4,
            norm="none",
            mark="O",
        ),
        Use(
            name="logistic_unit",
            title_zh="箱、托盘等物流单元",
            title_en="carton, pallet, logistic unit",
            level="M",
            module_least_mm=0.743,
            norm="GS1 General Specifications 5.12.3, symbol specification tables 2 and 5",
            mark="M",
        ),
        Use(
            name="general",
            title_zh="一般用途",
            title_en="general",
            level="M",
            module_least_mm=0.33,
            norm="none",
            mark="O",
        ),
    )
)


def get_use(name: str) -> Use:
    """Return a use by its name; raises `LabelError` when there is none."""
    use = USES.get(name)
    if use is None:
        raise LabelError("unknown_use", f"a use is one of {', '.join(USES)}", path="use")
    return use


def check_use(label: Label, use: Use, *, path: str = "label") -> None:
    """Refuse a kind of symbol or a content that the norm of the use does not allow."""
    if label.symbol not in use.kinds:
        allowed = ", ".join(sorted(use.kinds))
        raise LabelError(
            "symbol_kind",
            f"the symbol of a {use.title_en} is one of {allowed}",
            path=f"{path}.symbol",
            norm=use.norm,
        )
    if use.check is None:
        return
    try:
        use.check(label.payload)
    except CodeError as refusal:
        raise LabelError(
            refusal.rule,
            refusal.message,
            path=f"{path}.payload",
            position=refusal.position,
            norm=refusal.norm or use.norm,
        ) from None

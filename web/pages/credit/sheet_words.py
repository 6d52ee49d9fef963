"""Why a file of a feed is no table, in Chinese: a row for each sentence of the readers of sheets.

The rule that must stay true: every sentence that `trace.sheets` refuses a file with has a row
here; a test enumerates them. A batch keeps its refusal in English, whoever reads it later.
"""

from typing import Final

SENTENCES: Final[tuple[tuple[str, str], ...]] = (
    (r"There is nothing in the sheet\.", "表中没有内容。"),
    (r"The header stands in row 1\.", "表头应在第 1 行。"),
    (r"There is no row below the header\.", "表头下面没有数据行。"),
    (r"has more than (\d+) characters", "超过 {} 个字符"),
    (r"A sheet has at most (\d+) rows\.", "一张表最多 {} 行。"),
    (r"A sheet has at most (\d+) columns\.", "一张表最多 {} 列。"),
    (r"a sheet has at most (\d+) bytes", "一张表最多 {} 字节。"),
    (
        r"This is an \.xls or has a password; save it as \.xlsx\.",
        "这是 .xls 或带密码的文件，请另存为 .xlsx。",
    ),
    (
        r"This is neither a workbook \(\.xlsx\) nor a list \(\.csv\)\.",
        "这既不是工作簿（.xlsx），也不是列表（.csv）。",
    ),
    (
        r"The text is neither UTF-8 nor GB 18030: save it as CSV UTF-8\.",
        "文字既不是 UTF-8 也不是 GB 18030：请另存为 CSV UTF-8。",
    ),
    (r"is in no CSV that can be read: look at the quotes", "不是能读的 CSV，请检查引号"),
    (
        r"The workbook cannot be read; save it again as \.xlsx\.",
        "工作簿读不出来，请重新另存为 .xlsx。",
    ),
    (r"is a formula; put its value there instead", "是公式，请改为它的值"),
    (r"is an error of the spreadsheet", "是表格软件的错误值"),
    (r"is a duration; write a number or a time", "是时长，请写数字或时间"),
    (
        r"is a number of more than 15 digits, which a spreadsheet cannot hold: .+ type it again",
        "是超过 15 位的数字，表格存不下：请把单元格设为文本后重新输入",
    ),
    (r"The file is damaged; save it again as \.xlsx\.", "文件已损坏，请重新另存为 .xlsx。"),
    (r"A workbook has at most (\d+) parts\.", "工作簿最多 {} 个部分。"),
    (r"A workbook has at most (\d+) bytes when unpacked\.", "工作簿解压后最多 {} 字节。"),
    (r"The file has a password; save it without one\.", "文件有密码，请去掉密码后再传。"),
    (
        r"This is no workbook; save the sheet as \.xlsx or \.csv\.",
        "这不是工作簿，请另存为 .xlsx 或 .csv。",
    ),
    (r"The file has macros; save it as \.xlsx\.", "文件带有宏，请另存为 .xlsx。"),
    (
        r"The file declares XML entities; save it again as \.xlsx\.",
        "文件声明了 XML 实体，请重新另存为 .xlsx。",
    ),
    (
        r"There are merged cells; unmerge them: a value belongs to one cell\.",
        "有合并的单元格，请取消合并：一个值只属于一个单元格。",
    ),
    (
        r"Only the first (\d+) rows may say something; delete what is below\.",
        "内容最多写到第 {} 行，请删去更下面的内容。",
    ),
    (
        r"is out of order; save the workbook again as \.xlsx\.",
        "行或单元格的次序不对，请重新另存为 .xlsx。",
    ),
)

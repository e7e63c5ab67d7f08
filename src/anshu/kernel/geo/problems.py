# SPDX-License-Identifier: Apache-2.0
"""What can be wrong with a boundary file, in words for the person who brought it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MESSAGES: Mapping[str, Promise | str] = {
    "file_missing": _("找不到文件 %(file)s。"),
    "file_type": _("不支持的文件类型 %(file)s，请提供 GeoJSON、Shapefile（或其 zip 压缩包）或 GeoPackage。"),
    "file_unreadable": _("文件无法读取：内容不是有效的 %(kind)s，或文件已损坏。"),
    "file_too_large": _("文件过大：%(megabytes)d MB，最多 %(most)d MB。"),
    "zip_content": _("压缩包内应恰好有一个边界数据文件，实际有 %(count)d 个。"),
    "file_empty": _("文件中没有任何要素。"),
    "too_many_features": _("要素过多：%(count)d 个，最多 %(most)d 个。"),
    "crs_missing": _("文件没有坐标系说明（如缺少 .prj），请在导入时指明坐标系。"),
    "crs_unknown": _("无法识别坐标系 %(crs)s。"),
    "crs_undetermined": _(
        "无法核对坐标系：与现有边界的吻合度只有 %(fit).0f%%（现有边界可能为示意）。"
        "请确认并指明数据是 WGS-84/CGCS2000 还是 GCJ-02。"
    ),
    "gcj02_suspected": _(
        "疑似 GCJ-02 坐标：与现有边界的吻合度为 %(fit).1f%%，纠偏后为 %(fit_other).1f%%，"
        "偏移约 %(offset_m)d 米。如确为 GCJ-02，请指明后重新导入。"
    ),
    "wgs84_suspected": _(
        "指明为 GCJ-02，但疑似已是 WGS-84/CGCS2000 坐标：纠偏后吻合度为 %(fit).1f%%，"
        "不纠偏为 %(fit_other).1f%%，相差约 %(offset_m)d 米。"
    ),
    "outside_county": _("数据不在本行政区范围内：只有 %(share).0f%% 的面积落在范围内。"),
    "coordinates_out_of_range": _("第 %(row)d 个要素的坐标超出经纬度范围，可能坐标系有误或经纬度颠倒。"),
    "column_missing": _("缺少“%(column)s”列。文件中的列：%(columns)s。"),
    "code_missing": _("第 %(row)d 个要素没有区划代码。"),
    "code_malformed": _("第 %(row)d 个要素的区划代码“%(given)s”格式不对。"),
    "code_unknown": _("第 %(row)d 个要素的区划代码 %(given)s 不在区划表中。"),
    "code_duplicate": _("区划代码 %(given)s 出现多次（第 %(first)d 个和第 %(row)d 个要素）。"),
    "geometry_missing": _("第 %(row)d 个要素没有图形，或图形无法解析。"),
    "geometry_not_area": _("第 %(row)d 个要素不是面，而是 %(given)s。"),
    "geometry_self_intersection": _("第 %(row)d 个要素的边界自相交，位置约在 %(x).6f, %(y).6f。"),
    "geometry_invalid": _("第 %(row)d 个要素的图形无效（%(reason)s），位置约在 %(x).6f, %(y).6f。"),
    "outside_parent": _("%(name)s（%(code)s）有 %(share).1f%% 的面积在上级区划 %(parent)s 之外。"),
    "parent_missing": _("%(name)s（%(code)s）的上级区划 %(parent)s 没有边界。"),
    "overlap": _("%(code)s 与 %(other)s 重叠 %(area_m2)d 平方米。"),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong: a code for programs, params, and a message for people."""

    code: str
    params: Mapping[str, object] = field(default_factory=dict)

    @property
    def message(self) -> str:
        """The text in the reader's language."""
        return str(MESSAGES[self.code]) % self.params


class BoundariesRefusedError(Exception):
    """A boundary file that is not taken in, with everything found wrong with it."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(", ".join(problem.code for problem in problems))
        self.problems = problems

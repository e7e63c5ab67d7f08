# SPDX-License-Identifier: Apache-2.0
"""Roles, capabilities, rights and reaches: the vocabulary of the access matrix (actors.md §5–6)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    """The 25 roles."""

    R01 = "R01", _("县领导")
    R02 = "R02", _("安委办综合岗")
    R03 = "R03", _("应急局业务岗")
    R04 = "R04", _("执法人员")
    R05 = "R05", _("法制审核")
    R06 = "R06", _("值班员")
    R07 = "R07", _("指挥长/现场指挥")
    R08 = "R08", _("行业部门监管岗")
    R09 = "R09", _("预警发布岗")
    R10 = "R10", _("专项指挥部办公室")
    R11 = "R11", _("乡镇应急站")
    R12 = "R12", _("园区岗")
    R13 = "R13", _("村级岗")
    R14 = "R14", _("网格员")
    R15 = "R15", _("企业负责人")
    R16 = "R16", _("企业安全管理员")
    R17 = "R17", _("一线员工")
    R18 = "R18", _("承包商/运输/项目单位")
    R19 = "R19", _("专家")
    R20 = "R20", _("第三方/检验/培训机构")
    R21 = "R21", _("救援队")
    R22 = "R22", _("审计/纪检(只读)")
    R23 = "R23", _("公众/举报人")
    R24 = "R24", _("系统管理员")
    R25 = "R25", _("上级平台接口")
    # The plan's one administrator, split in three (GB/T 22239-2019, 8.1.4): none of them sees business rows.
    SECURITY = "SEC", _("安全管理员")
    AUDIT = "AUD", _("审计管理员")


class Capability(TextChoices):
    """Rows of the matrix: what somebody may have to do with."""

    ENTERPRISE = "enterprise", _("企业档案")
    RISK = "risk", _("风险点")
    DANGER = "danger", _("隐患")
    LISTING = "listing", _("重大隐患挂牌")
    INSPECTION = "inspection", _("检查与执法案件")
    DRAW = "draw", _("双随机抽取")
    CREDIT = "credit", _("信用、黑名单、修复")
    TIP = "tip", _("举报")
    MONITORING = "monitoring", _("监测点与报警")
    WARNING = "warning", _("预警发布与接收")
    INCIDENT = "incident", _("信息报告与事件")
    RESPONSE = "response", _("启动/终止响应")
    ORDER = "order", _("调度指令")
    RESOURCE = "resource", _("物资与队伍")
    EVACUATION = "evacuation", _("避灾与转移")
    LOSS = "loss", _("报灾核灾、救助台账")
    TRAINING = "training", _("培训、抽考")
    PLAN = "plan", _("规划指标、任务、考核")
    SENSITIVE = "sensitive", _("敏感图层")
    CONFIGURATION = "configuration", _("账号、字典、接口配置")
    # Beyond the matrix: the two other administrators' own grounds.
    SECURITY = "security", _("授权与安全策略")
    AUDIT = "audit", _("审计日志")


class Right(TextChoices):
    """What a role may do with a row. Every right implies reading at the same reach."""

    CREATE = "C", _("新建")
    UPDATE = "U", _("修改")
    APPROVE = "A", _("审批")
    READ = "R", _("查看")


class Reach(TextChoices):
    """How far a right goes."""

    COUNTY = "c", _("全县")
    SECTOR = "s", _("本行业")
    TERRITORY = "t", _("本乡镇/园区")
    GRID = "g", _("本村/网格")
    UNIT = "o", _("本单位")
    ASSIGNED = "i", _("指派的")
    PUBLIC = "p", _("公开部分")
    AGGREGATE = "a", _("仅汇总")
    OWN = "own", _("本人")


class Surface(TextChoices):
    """Where a session lives; how long it may idle depends on it."""

    CONSOLE = "console", _("电脑端")
    PHONE = "phone", _("手机端")


# One person may hold at most one of these (GB/T 22239-2019, 8.1.5: system, security and audit management apart).
ADMINISTRATORS = frozenset({Role.R24, Role.SECURITY, Role.AUDIT})

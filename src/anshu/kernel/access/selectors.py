# SPDX-License-Identifier: Apache-2.0
"""Who somebody is right now: the roles that an account or a token holds."""

import hashlib
import hmac
from datetime import datetime

from django.db.models import Q, QuerySet

from anshu.kernel.access.choices import Role
from anshu.kernel.access.models import ApiToken, Assignment, Grant, OpenSession, User
from anshu.kernel.access.viewer import Holding, Viewer
from anshu.kernel.audit.actor import DEVICE, PERSON
from anshu.kernel.org.models import Tenure

NOBODY = Viewer(kind=PERSON, id="0", label="")


def viewer_of(user: User, *, at: datetime) -> Viewer:
    """This will build the viewer of an account: its own grants and those of the seats it sits in now."""
    now_valid = Q(until=None) | Q(until__gt=at)
    tenures = (
        Tenure.objects.filter(now_valid, since__lte=at, person_id=user.person_id).select_related("post__organisation")
        if user.person_id
        else Tenure.objects.none()
    )
    posts = {tenure.post_id: tenure.post for tenure in tenures}
    grants = Grant.objects.filter(Q(user=user) | Q(post__in=posts), now_valid, since__lte=at)
    holdings = tuple(
        _holding(grant, posts[grant.post_id].organisation_id if grant.post_id else None) for grant in grants
    )
    units = {holding.unit_id for holding in holdings if holding.unit_id}
    assigned = Assignment.objects.filter(Q(user=user) | Q(unit__in=units), now_valid, since__lte=at)
    title = next((f"{post.organisation}{post.title}" for post in posts.values()), "")
    name = user.person.name if user.person else user.username
    return Viewer(
        kind=PERSON,
        id=str(user.pk),
        label=f"{name}({title})" if title else name,
        user_id=user.pk,
        person_id=user.person_id,
        holdings=holdings,
        posts=frozenset(posts),
        assigned=frozenset(assigned.values_list("subject_type", "subject_id")),
    )


def roles_of(user: User, *, at: datetime) -> frozenset[Role]:
    """This will name the roles that an account holds at a moment, by itself and by its seats."""
    return frozenset(holding.role for holding in viewer_of(user, at=at).holdings)


def roles_to_come(*, person_id: int | None, user_id: int | None, at: datetime) -> set[Role]:
    """This will name the roles somebody holds or will hold: grants and tenures that have not ended by then."""
    lasting = Q(until=None) | Q(until__gt=at)
    posts = Tenure.objects.filter(lasting, person_id=person_id).values("post_id") if person_id else []
    account = Q(user_id=user_id) if user_id else Q(pk__in=[])
    grants = Grant.objects.filter(account | Q(post_id__in=posts), lasting)
    return {Role(role) for role in grants.values_list("role", flat=True)}


def sessions_of(user: User) -> QuerySet[OpenSession]:
    """This will list an account's open sessions, the newest first."""
    return OpenSession.objects.filter(user=user).order_by("-opened_at", "-pk")


def demonstration_accounts() -> QuerySet[User]:
    """This will list the accounts that the demonstration invites to try: those with a `demo` preference."""
    return User.objects.filter(is_active=True, preferences__has_key="demo").select_related("person").order_by("pk")


def _holding(grant: Grant, organisation_id: int | None) -> Holding:
    return Holding(
        role=Role(grant.role),
        division_code=grant.division_code,
        sectors=frozenset(grant.sectors) or None,
        unit_id=grant.unit_id or organisation_id,
        post_id=grant.post_id,
    )


def viewer_of_token(secret: str, *, at: datetime) -> Viewer | None:
    """This will find who a bearer token `<identifier>.<secret>` stands for; None when it is not valid.

    It reaches no further than the division and the sectors it was issued for, whatever its role reaches (actors.md §5,
    R25: the data sets agreed).
    """
    if not (secret.isascii() and secret.isprintable()):
        return None
    identifier, _, rest = secret.partition(".")
    token = ApiToken.objects.filter(identifier=identifier, revoked_at=None, expires_at__gt=at).first()
    digest = hashlib.sha256(rest.encode()).hexdigest()
    if token is None or not hmac.compare_digest(digest, token.secret_hash):
        return None
    holding = Holding(Role(token.role), token.division_code, frozenset(token.sectors) or None, bounded=True)
    return Viewer(kind=DEVICE, id=f"token:{token.pk}", label=token.name, token_id=token.pk, holdings=(holding,))

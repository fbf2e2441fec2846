"""`account-literal`."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from dagspec.lazy import lazily
from dagspec.problem import KeyPath, Problem, Related
from dagspec.rule import Rule
from dagspec.view import PipelineView, Text

# what a literal is called → where it stands; the group that matched is the literal itself
_SHAPES = {
    "account id": lazily(
        r"arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:(\d{12}):"
        r"|(?<!\d)(\d{12})\.dkr\.ecr\.|sqs\.[a-z0-9-]+\.amazonaws\.com/(\d{12})/"
    ),
    "subnet": lazily(r"(?<![\w-])(subnet-(?:[0-9a-f]{17}|[0-9a-f]{8}))(?![\w-])"),
    "VPC": lazily(r"(?<![\w-])(vpc-(?:[0-9a-f]{17}|[0-9a-f]{8}))(?![\w-])"),
    "security group": lazily(r"(?<![\w-])(sg-(?:[0-9a-f]{17}|[0-9a-f]{8}))(?![\w-])"),
}
_MAIL = lazily(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_WHY = {"personal login": "the pipeline stops when this person leaves"}
_LOGIN_KEYS = {"login", "user", "username", "user_name", "run_as", "run_as_user_name", "single_user_name"}


class AccountLiteral(Rule):
    """A spec holds an id of one AWS account, or a person's login.

    Why: the spec cannot run in another environment, and it breaks when the network is rebuilt or the person leaves.

    Bad:
        tasks:
          spark:
            operator: emr.transient_cluster
            release_label: ${env.emr_release}
            subnet_id: subnet-0a1b2c3d4e5f60718
            steps:
              clean: {command: [aws, s3, ls]}

    Good:
        tasks:
          spark:
            operator: emr.transient_cluster
            release_label: ${env.emr_release}
            subnet_id: "{{ var.value.emr_subnet }}"
            steps:
              clean: {command: [aws, s3, ls]}
    """

    severity = "info"
    tags = ("care",)

    def check(self, pipeline: PipelineView) -> Iterator[Problem]:
        """Every literal once, at the first place that it is written at; what an environment gives is right."""
        places: dict[tuple[str, str], dict[KeyPath, None]] = {}
        for text in pipeline.texts:
            for found in _literals(text):
                where = pipeline.origins.find(text.path, found.start, found.end)
                if where is not None:
                    places.setdefault((found.what, found.literal), {})[where.path] = None
        for (what, literal), paths in places.items():
            # several paths lead to one place where a value is merged
            written_at = [pipeline.place(*path, needle=literal) for path in paths]
            first, *others = {place.span: place for place in written_at}.values()
            related = tuple(Related(place, "has it too") for place in others)
            message = f"{what} {literal}: {_WHY.get(what, 'the spec fits one environment only')}"
            help_ = "give it a name in dag_specs/environments.yaml and write ${env.NAME}"
            yield self.problem(first, message, help_, related)


class _Found(Struct, frozen=True):
    """A literal, and the characters of the text that it takes."""

    what: str
    literal: str
    start: int
    end: int


def _literals(text: Text) -> Iterator[_Found]:
    for what, shape in _SHAPES.items():
        for match in shape.finditer(text.value):
            number = match.lastindex or 0
            yield _Found(what, match[number], *match.span(number))
    if text.path[-1] in _LOGIN_KEYS and _MAIL.fullmatch(text.value):
        yield _Found("personal login", text.value, 0, len(text.value))

"""The cells of one row of a list, chosen by column without asking each column for each cell."""

from __future__ import annotations

from django import template
from django.template import Context, Node, NodeList, TemplateSyntaxError
from django.template.base import FilterExpression, Parser, Token

register = template.Library()


class OnceNode(Node):
    """Draws its content for the first row, and the same for those after it."""

    def __init__(self, content: NodeList) -> None:
        self.content = content

    def render(self, context: Context) -> str:
        """Keep what was drawn as long as this template is drawn: the language cannot change meanwhile."""
        drawn: str | None = context.render_context.get(self)
        if drawn is None:
            drawn = context.render_context[self] = self.content.render(context)
        return drawn


@register.tag("once")
def once(parser: Parser, _token: Token) -> OnceNode:
    """{% once %}…{% endonce %} in a loop: what is alike in every row, as words and fixed addresses."""
    content = parser.parse(("endonce",))
    parser.delete_first_token()
    return OnceNode(content)


class CellsNode(Node):
    """Draws every column with the part of the template that is written for its key."""

    child_nodelists = ("other",)

    def __init__(self, columns: FilterExpression, parts: dict[str, NodeList], other: NodeList) -> None:
        self.columns, self.parts, self.other = columns, parts, other

    def render(self, context: Context) -> str:
        """Draw one column after the other; each is `column` in its part."""
        drawn = []
        with context.push():
            for column in self.columns.resolve(context):
                context["column"] = column
                drawn.append(self.parts.get(column.key, self.other).render(context))
        return "".join(drawn)


@register.tag("cells")
def cells(parser: Parser, token: Token) -> CellsNode:
    """{% cells columns %}{% cell "name" %}<td>…</td>{% cell "city" %}<td>…</td>{% other %}…{% endcells %}.

    A part may be for several keys: {% cell "name" "title" %}. Columns without a part get `other`, or nothing.
    """
    try:
        _name, columns = token.split_contents()
    except ValueError:
        raise TemplateSyntaxError("cells takes the columns") from None
    # What stands before the first part belongs to no column: it can only be space.
    parser.parse(("cell", "other", "endcells"))
    parts: dict[str, NodeList] = {}
    other = NodeList()
    part = parser.next_token()
    while part.contents != "endcells":
        name, *keys = part.split_contents()
        body = parser.parse(("cell", "other", "endcells"))
        if name == "other":
            other = body
        else:
            parts |= {key.strip("\"'"): body for key in keys}
        part = parser.next_token()
    return CellsNode(parser.compile_filter(columns), parts, other)

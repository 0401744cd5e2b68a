"""Syntax trees of source files, parsed once for all tests that look into them."""

import ast
from functools import cache


@cache
def parsed(text: str) -> ast.Module:
    """Return the tree of a source text; tests must not change it."""
    return ast.parse(text)


@cache
def walked(tree: ast.Module) -> tuple[ast.AST, ...]:
    """Return all nodes of a tree, as `ast.walk` gives them."""
    return tuple(ast.walk(tree))


def nodes(text: str) -> tuple[ast.AST, ...]:
    """Return all nodes of a source text."""
    return walked(parsed(text))

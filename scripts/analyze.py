"""Holds slither's findings against the table under "Static analysis" in docs/security.md. See scripts/analyze."""

import json
import re
import sys
from pathlib import Path

Finding = tuple[str, str]  # detector, where: `Contract.function` or `Contract.variable`


def place(element: dict) -> str:
    """The function in which an element stands; for what stands in none its contract and own name."""
    parents = [element]
    while parent := parents[-1].get("type_specific_fields", {}).get("parent"):
        parents.append(parent)
    function = next((p["name"] for p in parents if p["type"] == "function"), element["name"])
    contract = next((p["name"] for p in parents if p["type"] == "contract"), None)
    return f"{contract}.{function}" if contract else function


def found(report: Path) -> set[Finding]:
    results = json.loads(report.read_text())
    if not results["success"]:
        sys.exit(f"slither failed: {results['error']}")
    return {(f["check"], place(f["elements"][0])) for f in results["results"].get("detectors", [])}


def answered(document: Path) -> set[Finding]:
    section = re.search(r"^## Static analysis$(.*?)(?=^## |\Z)", document.read_text(), re.M | re.S)
    if not section:
        sys.exit(f"{document}: no section 'Static analysis'")
    rows = re.findall(r"^\| `([a-z0-9-]+)` \| (.*?) \|", section[1], re.M)
    return {(detector, where) for detector, places in rows for where in re.findall(r"`([^`]+)`", places)}


def main() -> int:
    findings, answers = found(Path(sys.argv[1])), answered(Path(sys.argv[2]))
    for detector, where in sorted(findings - answers):
        print(f"finding without an answer: {detector} in {where}")
    for detector, where in sorted(answers - findings):
        print(f"answer to no finding: {detector} in {where}")
    print(f"slither: {len(findings & answers)} places answered, {len(findings - answers)} not")
    return 0 if findings == answers else 1


if __name__ == "__main__":
    sys.exit(main())

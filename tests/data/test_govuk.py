"""Discovery of the workbooks on a statistics page, on a server that plays the Content API."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from published import ASSETS, OLD, PRODUCTION, QUARTERLY, RAIN, SUN, TEMPERATURES, TOTAL, WIND
from web_server import Answer, WebServer, attachment, content_item, web_server

from energy.data.download import ORIGINS, Download, DownloadPolicy, download_workbook
from energy.data.govuk import API, SOURCES, Discovery, Source, discover
from energy.data.tables import TABLES
from energy.errors import FetchError

ENERGY, WEATHER = SOURCES


def find(
    web: WebServer,
    policy: DownloadPolicy,
    attachments: Any,
    source: Source = ENERGY,
    **changes: Any,
) -> Discovery:
    item = content_item(attachments, **{"base_path": source.page, **changes})
    return discover(source, policy, web.page(source.page, item))


def test_the_sources_give_every_table_of_the_frame() -> None:
    assert [table for source in SOURCES for table in source.tables] == [s.number for s in TABLES]
    assert API.startswith(ORIGINS[0])


def test_the_workbook_of_a_page(web: WebServer, quick: DownloadPolicy) -> None:
    discovery = find(web, quick, [PRODUCTION, TOTAL, QUARTERLY])
    (workbook,) = discovery.attachments
    assert (workbook.title, workbook.url, workbook.filename) == (
        TOTAL["title"],
        OLD,
        "ET_1.2_SEP_22.xlsx",
    )
    assert (workbook.kind, workbook.bytes, workbook.tables, workbook.alternatives) == (
        "xlsx",
        43_322,
        ("1.2",),
        (),
    )
    assert discovery.title == "Energy Trends: UK total energy"
    assert discovery.updated_at == "2022-09-29T09:30:01+01:00"
    assert discovery.published == "2022-09-29"
    assert discovery.url == web.url(ENERGY.page)
    assert web.paths == [f"/api/content{ENERGY.page}"]
    assert discovery.lines() == [
        f"energy: Energy Trends: UK total energy, updated 2022-09-29, {discovery.url}",
        f"  1.2: {TOTAL['title']} (ET_1.2_SEP_22.xlsx, 43,322 bytes), {OLD}",
    ]


def test_a_choice_between_formats_is_reported(web: WebServer, quick: DownloadPolicy) -> None:
    ods = attachment(f"{TOTAL['title']} (ODS)", f"{ASSETS}/media/9/ET_1.2_SEP_22.ods")
    discovery = find(web, quick, [ods, {**TOTAL, "file_size": None}])
    assert discovery.lines()[1:] == [
        f"  1.2: {TOTAL['title']} (ET_1.2_SEP_22.xlsx), {OLD}",
        "    preferred to ET_1.2_SEP_22.ods",
    ]


@pytest.mark.parametrize("turn", range(4))
def test_the_position_on_the_page_does_not_matter(
    web: WebServer, quick: DownloadPolicy, turn: int
) -> None:
    entries = [WIND, RAIN, TEMPERATURES, SUN]
    discovery = find(web, quick, entries[turn:] + entries[:turn], WEATHER)
    assert [(item.filename, item.tables) for item in discovery.attachments] == [
        ("ET_7.1.xlsx", ("7.1a", "7.1b")),
        ("ET_7.2.xlsx", ("7.2",)),
        ("ET_7.3.xlsx", ("7.3",)),
        ("ET_7.4.xlsx", ("7.4",)),
    ]


def test_workbooks_may_be_on_another_host(web: WebServer, quick: DownloadPolicy) -> None:
    with web_server() as assets:
        book = b"PK\x03\x04 and so on"
        newest = assets.file("/media/63ff/ET_1.2_FEB_23.xlsx", book)
        old = assets.redirect("/media/62da/ET_1.2_SEP_22.xlsx", newest)
        policy = replace(quick, origins=(web.origin, assets.origin))
        (workbook,) = find(web, policy, [{**TOTAL, "url": old}]).attachments
        answer = download_workbook(workbook.url, None, policy)
        assert isinstance(answer, Download)
        assert (answer.content, answer.url) == (book, newest)
        with pytest.raises(FetchError):
            download_workbook(workbook.url, None, quick)


@pytest.mark.parametrize("attachments", [None, []])
def test_a_page_without_attachments(
    web: WebServer, quick: DownloadPolicy, attachments: Any
) -> None:
    with pytest.raises(FetchError, match="section-1-energy-trends has no attachments"):
        find(web, quick, attachments)


@pytest.mark.parametrize(
    ("notice", "message"),
    [
        (
            {
                "explanation": "<p>Replaced by\n<a href='/x'>this</a></p>",
                "withdrawn_at": "2023-01-31T00:00:00Z",
            },
            "was withdrawn on 2023-01-31: 'Replaced by this'",
        ),
        ({"explanation": None}, "was withdrawn on an unknown date: ''"),
        ("no longer kept up", "was withdrawn on an unknown date: 'no longer kept up'"),
    ],
)
def test_a_withdrawn_page(web: WebServer, quick: DownloadPolicy, notice: Any, message: str) -> None:
    with pytest.raises(FetchError) as caught:
        find(web, quick, [TOTAL], withdrawn_notice=notice)
    assert message in str(caught.value)


def test_no_notice_is_no_withdrawal(web: WebServer, quick: DownloadPolicy) -> None:
    assert find(web, quick, [TOTAL], withdrawn_notice=None).attachments
    assert find(web, quick, [TOTAL], withdrawn_notice={}).attachments


def test_a_pointer_to_another_page(web: WebServer, quick: DownloadPolicy) -> None:
    item = {
        "schema_name": "redirect",
        "redirects": [{"path": ENERGY.page, "destination": "/government/statistics/new"}],
    }
    with pytest.raises(FetchError, match=r"schema 'redirect' that leads to '/gov.*/new'"):
        discover(ENERGY, quick, web.page(ENERGY.page, item))


@pytest.mark.parametrize("redirects", [None, [], {}, "/new", [None], ["/new"], [{}]])
def test_a_pointer_to_nowhere(web: WebServer, quick: DownloadPolicy, redirects: Any) -> None:
    item = {"schema_name": "redirect", "redirects": redirects}
    with pytest.raises(FetchError, match="schema 'redirect'") as caught:
        discover(ENERGY, quick, web.page(ENERGY.page, item))
    assert "leads to" not in str(caught.value)


@pytest.mark.parametrize("path", [None, 7, "", "government/x", "//example.org/x", "/x?y", "/x y"])
def test_a_wrong_path_is_ignored(web: WebServer, quick: DownloadPolicy, path: Any) -> None:
    assert find(web, quick, [TOTAL], base_path=path).url == web.url(ENERGY.page)


@pytest.mark.parametrize("schema", ["answer", "gone", 7, None, ""])
def test_a_page_of_another_kind(web: WebServer, quick: DownloadPolicy, schema: Any) -> None:
    with pytest.raises(FetchError, match="expected publication or statistical_data_set"):
        find(web, quick, [TOTAL], schema_name=schema)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": None}, "title"),
        ({"title": 7}, "title"),
        ({"public_updated_at": None}, "public_updated_at"),
        ({"public_updated_at": "last Thursday"}, "public_updated_at"),
        ({"details": None}, "details"),
        ({"details": []}, "details"),
        ({"details": {"attachments": {"0": TOTAL}}}, "details.attachments"),
    ],
)
def test_a_wrong_field_is_named(
    web: WebServer, quick: DownloadPolicy, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(FetchError) as caught:
        find(web, quick, [TOTAL], **changes)
    assert f"{ENERGY.page}, field {field}: found" in str(caught.value)


PAGE = b"<!DOCTYPE html><html><body>Sorry, we are down</body></html>"


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (Answer(PAGE), "expected JSON of the Content API"),
        (Answer(b"{"), "1 bytes of another kind"),
        (Answer(b""), "an empty body"),
        (Answer(b"[" * 100_000), "JSON of the Content API"),
        (Answer(b'"\xff"'), "JSON of the Content API"),
        (Answer(b"[]"), "one object"),
        (Answer(b"{}", status=404), "nothing is published there"),
        (Answer(status=503), "503 (tries: 4)"),
    ],
)
def test_an_answer_that_is_not_a_page(
    web: WebServer, quick: DownloadPolicy, answer: Answer, message: str
) -> None:
    web.play(f"/api/content{ENERGY.page}", answer)
    with pytest.raises(FetchError) as caught:
        discover(ENERGY, quick, web.url("/api/content"))
    assert message in str(caught.value)
    assert str(caught.value).isprintable()


def test_a_page_that_moved_is_followed_within_the_api(
    web: WebServer, quick: DownloadPolicy
) -> None:
    new = "/government/statistics/new"
    api = web.page(new, content_item([TOTAL], base_path=new))
    web.redirect(f"/api/content{ENERGY.page}", f"/api/content{new}", 303)
    discovery = discover(ENERGY, quick, api)
    assert discovery.url == web.url(new)
    web.redirect(f"/api/content{ENERGY.page}", "https://example.org/")
    with pytest.raises(FetchError, match=r"https://example\.org/ \(redirected from"):
        discover(ENERGY, quick, api)

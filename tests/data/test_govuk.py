"""Finding the workbooks on a statistics page, from a server that plays the Content API."""

from __future__ import annotations

import socket
from dataclasses import replace
from typing import Any

import pytest
from published import ASSETS, OLD, PRODUCTION, QUARTERLY, RAIN, SUN, TEMPERATURES, TOTAL, WIND
from web_server import (
    Answer,
    WebServer,
    attachment,
    content_item,
    web_server,
)

from energy import legacy_errors
from energy.data.download import (
    DEFAULT_POLICY,
    ORIGINS,
    Download,
    DownloadPolicy,
    download_workbook,
)
from energy.data.govuk import API, SOURCES, Discovery, Source, discover
from energy.data.tables import TABLES
from energy.errors import FetchError

ENERGY, WEATHER = SOURCES


def find(
    web: WebServer,
    manners: DownloadPolicy,
    attachments: Any,
    source: Source = ENERGY,
    **changes: Any,
) -> Discovery:
    item = content_item(attachments, **{"base_path": source.page, **changes})
    return discover(source, manners, web.page(source.page, item))


def test_the_sources_give_every_table_of_the_frame() -> None:
    assert [table for source in SOURCES for table in source.tables] == [s.number for s in TABLES]
    assert API.startswith(ORIGINS[0])


def test_what_was_found_is_told(web: WebServer, quick: DownloadPolicy) -> None:
    found = find(web, quick, [PRODUCTION, TOTAL, QUARTERLY])
    (one,) = found.attachments
    assert (one.title, one.url, one.filename) == (TOTAL["title"], OLD, "ET_1.2_SEP_22.xlsx")
    assert (one.kind, one.bytes, one.tables, one.passed_over) == ("xlsx", 43_322, ("1.2",), ())
    assert found.title == "Energy Trends: UK total energy"
    assert found.updated_at == "2022-09-29T09:30:01+01:00"
    assert found.published == "2022-09-29"
    assert found.url == web.url(ENERGY.page)
    assert web.paths == [f"/api/content{ENERGY.page}"]
    assert found.lines() == [
        f"energy: Energy Trends: UK total energy, updated 2022-09-29, {found.url}",
        f"  1.2: {TOTAL['title']} (ET_1.2_SEP_22.xlsx, 43,322 bytes), {OLD}",
    ]


def test_a_choice_between_formats_is_told(web: WebServer, quick: DownloadPolicy) -> None:
    ods = attachment(f"{TOTAL['title']} (ODS)", f"{ASSETS}/media/9/ET_1.2_SEP_22.ods")
    found = find(web, quick, [ods, {**TOTAL, "file_size": None}])
    assert found.lines()[1:] == [
        f"  1.2: {TOTAL['title']} (ET_1.2_SEP_22.xlsx), {OLD}",
        "    preferred to ET_1.2_SEP_22.ods",
    ]


@pytest.mark.parametrize("turn", range(4))
def test_the_place_on_the_page_does_not_matter(
    web: WebServer, quick: DownloadPolicy, turn: int
) -> None:
    entries = [WIND, RAIN, TEMPERATURES, SUN]
    found = find(web, quick, entries[turn:] + entries[:turn], WEATHER)
    assert [(one.filename, one.tables) for one in found.attachments] == [
        ("ET_7.1.xlsx", ("7.1a", "7.1b")),
        ("ET_7.2.xlsx", ("7.2",)),
        ("ET_7.3.xlsx", ("7.3",)),
        ("ET_7.4.xlsx", ("7.4",)),
    ]


def test_what_is_found_can_be_fetched_from_another_host(
    web: WebServer, quick: DownloadPolicy
) -> None:
    with web_server() as assets:
        book = b"PK\x03\x04 and so on"
        newest = assets.file("/media/63ff/ET_1.2_FEB_23.xlsx", book)
        old = assets.redirect("/media/62da/ET_1.2_SEP_22.xlsx", newest)
        manners = replace(quick, origins=(web.origin, assets.origin))
        (one,) = find(web, manners, [{**TOTAL, "url": old}]).attachments
        answer = download_workbook(one.url, None, manners)
        assert isinstance(answer, Download)
        assert (answer.content, answer.url) == (book, newest)
        with pytest.raises(legacy_errors.UrlRefused):
            download_workbook(one.url, None, quick)


@pytest.mark.parametrize("attachments", [None, []])
def test_a_page_without_attachments(
    web: WebServer, quick: DownloadPolicy, attachments: Any
) -> None:
    with pytest.raises(
        legacy_errors.NoAttachments, match="section-1-energy-trends has no attachments"
    ):
        find(web, quick, attachments)


@pytest.mark.parametrize(
    ("notice", "told"),
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
def test_a_withdrawn_page(web: WebServer, quick: DownloadPolicy, notice: Any, told: str) -> None:
    with pytest.raises(legacy_errors.PageWithdrawn) as caught:
        find(web, quick, [TOTAL], withdrawn_notice=notice)
    assert told in str(caught.value)


def test_no_notice_is_no_withdrawal(web: WebServer, quick: DownloadPolicy) -> None:
    assert find(web, quick, [TOTAL], withdrawn_notice=None).attachments
    assert find(web, quick, [TOTAL], withdrawn_notice={}).attachments


def test_a_pointer_to_another_page(web: WebServer, quick: DownloadPolicy) -> None:
    item = {
        "schema_name": "redirect",
        "redirects": [{"path": ENERGY.page, "destination": "/government/statistics/new"}],
    }
    with pytest.raises(
        legacy_errors.WrongSchema, match=r"schema 'redirect' that leads to '/gov.*/new'"
    ):
        discover(ENERGY, quick, web.page(ENERGY.page, item))


@pytest.mark.parametrize("redirects", [None, [], {}, "/new", [None], ["/new"], [{}]])
def test_a_pointer_to_nowhere(web: WebServer, quick: DownloadPolicy, redirects: Any) -> None:
    item = {"schema_name": "redirect", "redirects": redirects}
    with pytest.raises(legacy_errors.WrongSchema, match="schema 'redirect'") as caught:
        discover(ENERGY, quick, web.page(ENERGY.page, item))
    assert caught.value.leads_to == ""


@pytest.mark.parametrize("path", [None, 7, "", "government/x", "//example.org/x", "/x?y", "/x y"])
def test_a_path_that_is_none_leaves_the_one_asked_for(
    web: WebServer, quick: DownloadPolicy, path: Any
) -> None:
    assert find(web, quick, [TOTAL], base_path=path).url == web.url(ENERGY.page)


@pytest.mark.parametrize("schema", ["answer", "gone", 7, None, ""])
def test_a_page_of_another_kind(web: WebServer, quick: DownloadPolicy, schema: Any) -> None:
    with pytest.raises(
        legacy_errors.WrongSchema, match="expected publication or statistical_data_set"
    ):
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
def test_a_field_that_is_not_as_it_should_be_is_named(
    web: WebServer, quick: DownloadPolicy, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(legacy_errors.BadPage) as caught:
        find(web, quick, [TOTAL], **changes)
    assert caught.value.field == field
    assert ENERGY.page in str(caught.value)


PAGE = b"<!DOCTYPE html><html><body>Sorry, we are down</body></html>"


@pytest.mark.parametrize(
    ("answer", "error", "told"),
    [
        (Answer(PAGE), legacy_errors.WebPageInstead, "expected JSON of the Content API"),
        (Answer(b"{"), legacy_errors.UnexpectedContent, "1 bytes that start with b'{'"),
        (Answer(b""), legacy_errors.UnexpectedContent, "an empty body"),
        (Answer(b"[" * 100_000), legacy_errors.UnexpectedContent, "JSON of the Content API"),
        (Answer(b'"\xff"'), legacy_errors.UnexpectedContent, "JSON of the Content API"),
        (Answer(b"[]"), legacy_errors.UnexpectedContent, "one object"),
        (Answer(status=304), legacy_errors.UnexpectedStatus, "304"),
        (Answer(b"{}", status=404), legacy_errors.NotThere, "nothing is published there"),
        (Answer(b"{}", status=410), legacy_errors.GoneForGood, "taken away on purpose"),
        (Answer(status=503), legacy_errors.ServerFailed, "503 (tries: 4)"),
    ],
)
def test_an_answer_that_is_no_page(
    web: WebServer, quick: DownloadPolicy, answer: Answer, error: type[FetchError], told: str
) -> None:
    web.play(f"/api/content{ENERGY.page}", answer)
    with pytest.raises(error) as caught:
        discover(ENERGY, quick, web.url("/api/content"))
    assert told in str(caught.value)
    assert str(caught.value).isprintable()


def test_a_page_that_moved_is_followed_within_the_api(
    web: WebServer, quick: DownloadPolicy
) -> None:
    new = "/government/statistics/new"
    api = web.page(new, content_item([TOTAL], base_path=new))
    web.redirect(f"/api/content{ENERGY.page}", f"/api/content{new}", 303)
    found = discover(ENERGY, quick, api)
    assert found.url == web.url(new)
    web.redirect(f"/api/content{ENERGY.page}", "https://example.org/")
    with pytest.raises(legacy_errors.UrlRefused, match=r"https://example\.org/ \(redirected to by"):
        discover(ENERGY, quick, api)


def test_without_a_network_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    for name in ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    for source in SOURCES:
        with pytest.raises(FetchError, match="name is not known here") as caught:
            discover(source, replace(DEFAULT_POLICY, sleep=lambda _: None))
        assert f"{API}{source.page}" in str(caught.value)

"""The long way, all nine steps of the story: from a wish nobody sells to visits that happened, and a fair goodbye.

Mary, Dev and Joan have not met; Ruth helps groups; Hodan, Fatuma and Grace are providers; Sam and Colin look after money; Priya plans for the
council. Through pages only, without JavaScript, on a phone. What the short way walks as well (paying, the visit, being paid) is played by its steps.
"""

import pytest
from playwright.sync_api import Browser

from tests.browser import steps_of_finding as finding
from tests.browser import steps_of_goodbye as goodbye
from tests.browser import steps_of_offers as offers
from tests.browser import steps_of_wanting as wanting
from tests.browser import test_walk as short_way
from tests.browser.long_walk import LongWalk
from tests.browser.visitor import Eye
from tests.runtime.demo_process import DemoProcess
from tests.screens import PHONE

pytestmark = pytest.mark.walk


@pytest.fixture
def walk(demo: DemoProcess, browser: Browser, eye: Eye) -> LongWalk:
    return LongWalk(demo, browser, eye, group="Wednesday table", width=PHONE)


def test_the_long_way_from_a_wish_nobody_sells_to_a_fair_goodbye(walk: LongWalk) -> None:
    finding.three_people_would_like_the_same(walk)
    finding.ruth_brings_them_together(walk)
    finding.they_start_a_group(walk)
    finding.each_promises(walk)
    wanting.a_need_is_shared(walk)
    wanting.mary_writes_what_they_want(walk)
    wanting.ruth_reads_and_checks_it(walk)
    wanting.the_group_decides(walk)
    wanting.each_says_yes_to_the_most_it_can_cost(walk)
    wanting.ruth_shows_it_to_providers(walk)
    offers.a_provider_asks(walk)
    offers.three_providers_offer(walk)
    offers.ties_are_said(walk)
    offers.points_are_given(walk)
    offers.the_group_chooses(walk)
    offers.the_provider_says_yes_and_it_stands(walk)
    first_day = short_way.everyone_says_yes(walk)
    goodbye.weeks_are_paid(walk)
    goodbye.the_visit_happens(walk, first_day)
    goodbye.mary_gives_notice(walk)
    goodbye.the_others_see_the_new_price(walk)
    goodbye.mary_asks_about_a_line(walk)
    goodbye.mary_gets_her_money_back(walk)
    goodbye.the_commissioner_looks(walk)
    short_way.the_books_are_right(walk)
    assert walk.eye.wrong == []

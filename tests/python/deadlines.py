#!/usr/bin/env python3
"""Deadlines worked out a second time, from the rules in docs/LAW.md and with Python's own zones and dates.

Asks `parley procedure deadline --lines` for random cases and compares: zones of every kind, daylight-saving
changes, leap days, weekends, holidays, pauses, extensions. Usage: deadlines.py PROGRAM [CASES] [SEED]
"""
import json
import os
import random
import subprocess
import sys
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

HERE = Path(__file__).resolve().parent
MICROSECOND = timedelta(microseconds=1)
DAY = timedelta(days=1)
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


# Holidays, from the rules in workflows/calendars.

def western_easter(year):
    """Gauss's way, in Oudin's form."""
    century = year // 100
    golden = year % 19
    k = (century - 17) // 25
    i = (century - century // 4 - (century - k) // 3 + 19 * golden + 15) % 30
    i -= (i // 28) * (1 - (i // 28) * (29 // (i + 1)) * ((21 - golden) // 11))
    j = (year + year // 4 + i + 2 - century + century // 4) % 7
    month = 3 + (i - j + 40) // 44
    return date(year, month, i - j + 28 - 31 * (month // 4))


def orthodox_easter(year):
    """The Julian rule, moved by the thirteen days between the calendars in this century."""
    full_moon = (19 * (year % 19) + 15) % 30
    sunday = (2 * (year % 4) + 4 * (year % 7) - full_moon + 34) % 7
    month, day = divmod(full_moon + sunday + 114, 31)
    return date(year, month, day + 1) + 13 * DAY


WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']


def days_of(rule, year):
    if not rule.get('since', 0) <= year <= rule.get('until', 9999):
        return []
    if 'on' in rule:
        month, day = map(int, rule['on'].split('-'))
        return [date(year, month, day)]
    if 'easter' in rule:
        return [western_easter(year) + rule['easter'] * DAY]
    if 'orthodox_easter' in rule:
        return [orthodox_easter(year) + rule['orthodox_easter'] * DAY]
    if 'dates' in rule:
        return [date.fromisoformat(one) for one in rule['dates'] if one.startswith(str(year))]
    wanted = WEEKDAYS.index(rule['weekday'])
    if 'on_or_after' in rule:
        month, day = map(int, rule['on_or_after'].split('-'))
        start = date(year, month, day)
        return [start + ((wanted - start.weekday()) % 7) * DAY]
    in_month = [date(year, rule['month'], 1) + n * DAY for n in range(31)]
    fitting = [d for d in in_month if d.month == rule['month'] and d.weekday() == wanted]
    return [fitting[rule['nth'] - 1 if rule['nth'] > 0 else rule['nth']]]


class Calendar:
    def __init__(self, given):
        self.first, self.last = given['from'], given['to']
        self.weekend = {WEEKDAYS.index(name) for name in given['weekend']}
        self.holidays = set()
        plain, moving = [], []
        # A year on either side: a holiday may move across the turn of the year.
        for year in range(self.first - 1, self.last + 2):
            for rule in given['holidays']:
                for day in days_of(rule, year):
                    (moving if rule.get('moves') else plain).append((day, rule.get('moves')))
        every = {day for day, _ in plain + moving}
        self.holidays |= {day for day, _ in plain}
        for day, how in sorted(moving, key=lambda one: one[0]):
            self.holidays.add(self.moved(day, how, every))

    def moved(self, day, how, every):
        saturday, sunday = day.weekday() == 5, day.weekday() == 6
        if how == 'saturday_back_sunday_on':
            return day - DAY if saturday else day + DAY if sunday else day
        if how == 'sunday_to_day_before':
            return day - DAY if sunday else day
        if how == 'weekend_to_next_working_day' and (saturday or sunday):
            day += DAY
            while day.weekday() in self.weekend or day in every or day in self.holidays:
                day += DAY
            return day
        if how == 'sunday_to_next_free_day' and sunday:
            self.holidays.add(day)
            while day in every or day in self.holidays:
                day += DAY
        return day

    def speaks_of(self, day):
        return self.first <= day.year <= self.last

    def works(self, day):
        return day.weekday() not in self.weekend and day not in self.holidays


class NoSuchYear(Exception):
    pass


# Days and instants.

def local_date(at, zone):
    return at.astimezone(zone).date()


def end_of_day(day, zone):
    """The last microsecond at which the clocks there show this date: looked for, not computed."""
    low = datetime(day.year, day.month, day.day, tzinfo=timezone.utc) - 2 * DAY
    # From here on back, the first instant of a later date; then refine by halves down to a microsecond.
    step = timedelta(minutes=15)
    at = low + 5 * DAY
    while local_date(at, zone) > day:
        at -= step
    inside, outside = at, at + step
    while outside - inside > MICROSECOND:
        middle = inside + (outside - inside) // 2
        middle = EPOCH + ((middle - EPOCH) // MICROSECOND) * MICROSECOND
        if local_date(middle, zone) > day:
            outside = middle
        else:
            inside = middle
    return inside


def add_months(day, count):
    month = day.month - 1 + count
    year, month = day.year + month // 12, month % 12 + 1
    last = ((date(year + month // 12, month % 12 + 1, 1)) - DAY).day
    return date(year, month, min(day.day, last))


def add_business(calendar, day, count):
    while count > 0:
        day += DAY
        if not calendar.speaks_of(day):
            raise NoSuchYear
        if calendar.works(day):
            count -= 1
    return day


def add(day, period, calendar):
    count, unit = int(period[1:-1]), period[-1]
    if unit == 'B':
        return add_business(calendar, day, count)
    return {'D': lambda: day + count * DAY, 'W': lambda: day + 7 * count * DAY,
            'M': lambda: add_months(day, count), 'Y': lambda: add_months(day, 12 * count)}[unit]()


def rolled(calendar, day):
    while True:
        if not calendar.speaks_of(day):
            raise NoSuchYear
        if calendar.works(day):
            return day
        day += DAY


def add_elapsed(at, period):
    if period.startswith('PT'):
        return at + timedelta(hours=int(period[2:-1]))
    start = at.astimezone(timezone.utc).date()
    return at + (add(start, period, None) - start)


class Expected:
    """One question answered by the rules S2 to S8, S11 and S12."""

    def __init__(self, question, calendars):
        self.zones = [ZoneInfo(actor['zone']) for actor in question['actors']]
        self.calendars = [calendars.get(actor.get('calendar')) for actor in question['actors']]
        self.roll = question.get('roll', False)
        self.business = question['after'].endswith('B')
        at = read(question['from'])
        elapsed = question['after'].startswith('PT') or question.get('instant', False)
        if elapsed:
            received = max([at] + [add_elapsed(at, actor['receipt']) for actor in question['actors'] if 'receipt' in actor])
            self.at = add_elapsed(received, question['after'])
            self.days = [local_date(self.at, zone) for zone in self.zones]
            # An instant that happens to be the end of a day is treated as one.
            elapsed = not any(end_of_day(day, zone) == self.at for day, zone in zip(self.days, self.zones))
        else:
            starts = []
            for actor, zone, calendar in zip(question['actors'], self.zones, self.calendars):
                day = local_date(at, zone)
                starts.append(add(day, actor['receipt'], calendar) if 'receipt' in actor else day)
            self.count(starts, [question['after']] * len(self.zones))
        if 'extend' in question:
            if elapsed:
                self.at = add_elapsed(self.at, question['extend'])
                self.days = [local_date(self.at, zone) for zone in self.zones]
            else:
                more = question['extend'][:-1] + ('B' if self.business else 'D')
                self.count(self.days, [more] * len(self.zones))
        if 'interrupted' in question:
            since, until = map(read, question['interrupted'])
            left = [self.left(i, since) for i in range(len(self.zones))]
            kind = 'B' if self.business else 'D'
            self.count([local_date(until, zone) for zone in self.zones], [f'P{n}{kind}' for n in left])

    def left(self, i, since):
        today = local_date(since, self.zones[i])
        if not self.business:
            return max((self.days[i] - today).days, 0)
        count, day = 0, today
        while day < self.days[i]:
            day += DAY
            count += self.calendars[i].works(day)
        return count

    def count(self, starts, periods):
        self.days = []
        for start, period, calendar in zip(starts, periods, self.calendars):
            day = add(start, period, calendar)
            self.days.append(rolled(calendar, day) if self.roll and not self.business else day)
        self.at = max(end_of_day(day, zone) for day, zone in zip(self.days, self.zones))


def read(text):
    return datetime.fromisoformat(text.replace('Z', '+00:00'))


def write(at):
    return at.astimezone(timezone.utc).strftime('%Y-%m-%dT%H:%M:%S.%fZ')


# Random cases.

class Cases:
    def __init__(self, seed, calendars):
        self.random = random.Random(seed)
        self.calendars = calendars
        self.zones = sorted(available_timezones() - {'localtime', 'Factory', 'build/etc/localtime'})
        # Where clocks do unusual things, more often than their share.
        self.odd = ['Pacific/Apia', 'Pacific/Chatham', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'Africa/Casablanca',
                    'America/St_Johns', 'Pacific/Kiritimati', 'Asia/Tehran', 'America/Asuncion', 'Europe/Dublin',
                    'America/Santiago', 'Africa/Cairo', 'Asia/Beirut', 'America/Havana', 'Antarctica/Troll']

    def instant(self, first=2024, last=2030):
        pick = self.random.random()
        if self.random.random() < 0.1:  # some calendars end in 2030
            last = 2034
        start = datetime(first, 1, 1, tzinfo=timezone.utc)
        if pick < 0.1:  # about the end of February
            year = self.random.choice([2024, 2027, 2028])
            at = datetime(year, 2, 27, tzinfo=timezone.utc) + self.random.random() * 4 * DAY
        elif pick < 0.3:  # about the changes of clocks
            year = self.random.randint(first, last)
            month, day = self.random.choice([(3, 8), (3, 29), (4, 5), (9, 6), (10, 25), (11, 1)])
            at = datetime(year, month, day, tzinfo=timezone.utc) + (self.random.random() - 0.5) * 4 * DAY
        elif pick < 0.4:  # about the turn of the year
            at = datetime(self.random.randint(first, last), 12, 22, tzinfo=timezone.utc) + self.random.random() * 14 * DAY
        else:
            at = start + self.random.random() * (datetime(last, 12, 31, tzinfo=timezone.utc) - start)
        if self.random.random() < 0.1:  # on the stroke of a local midnight
            zone = ZoneInfo(self.zone())
            at = end_of_day(local_date(at, zone), zone) + self.random.choice([-1, 0, 1]) * MICROSECOND
        return at

    def zone(self):
        return self.random.choice(self.odd if self.random.random() < 0.2 else self.zones)

    def question(self):
        r = self.random
        kind = r.random()
        asked = {'from': write(self.instant()), 'actors': [{'zone': self.zone()} for _ in range(r.choice([1, 1, 2, 3]))]}
        if kind < 0.25:
            asked['after'] = f'P{r.randint(1, 60)}B'
        elif kind < 0.6:
            asked['after'] = f'P{r.randint(0, 120)}D'
        elif kind < 0.7:
            asked['after'] = f'P{r.randint(1, 20)}W'
        elif kind < 0.8:
            asked['after'] = f'P{r.randint(1, 18)}M'
        elif kind < 0.85:
            asked['after'] = f'P{r.randint(1, 2)}Y'
        else:
            asked['after'] = f'PT{r.randint(1, 500)}H'
        asked['roll'] = kind >= 0.25 and kind < 0.85 and r.random() < 0.3
        if kind >= 0.25 and not asked['roll'] and r.random() < 0.1:
            asked['instant'] = True
        if kind < 0.25 or asked['roll']:
            for actor in asked['actors']:
                actor['calendar'] = r.choice(sorted(self.calendars))
        for actor in asked['actors']:
            if not asked['after'].startswith('PT') and r.random() < 0.2:
                actor['receipt'] = f"P{r.randint(0, 30)}{r.choice('BD') if 'calendar' in actor else 'D'}"
        if r.random() < 0.3:
            asked['extend'] = f'P{r.randint(1, 15)}D'
        elapsed = asked.get('instant') or asked['after'].startswith('PT')
        if not elapsed and r.random() < 0.3:
            since = read(asked['from']) + r.random() * 20 * DAY
            asked['interrupted'] = [write(since), write(since + r.random() * 40 * DAY)]
        return asked


def main():
    program, count = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 100_000
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else random.SystemRandom().randrange(1 << 32)
    edition = max((HERE / '../../workflows/calendars').glob('*.json'))
    given = json.loads(edition.read_text())['calendars']
    calendars = {one['id']: Calendar(one) for one in given}
    cases = Cases(seed, calendars)
    asked = [cases.question() for _ in range(count)]
    ran = subprocess.run([program, 'procedure', 'deadline', '--lines'], text=True, capture_output=True, check=True,
                         input=''.join(json.dumps(one) + '\n' for one in asked))
    answers = [json.loads(line) for line in ran.stdout.splitlines()]
    assert len(answers) == count, f'{len(answers)} answers to {count} questions'
    wrong, refused = 0, 0
    for question, answer in zip(asked, answers):
        try:
            expected = Expected(question, calendars)
            fits = answer.get('at') == write(expected.at) and \
                answer['last_days'] == [day.isoformat() for day in expected.days]
            told = f'{write(expected.at)} {[day.isoformat() for day in expected.days]}'
        except NoSuchYear:
            fits, told = answer.get('code') == 'invalid', 'a refusal: the calendar does not speak of that year'
            refused += 1
        if not fits:
            wrong += 1
            if wrong <= 5:
                print(f'{json.dumps(question)}\n  parley: {json.dumps(answer)}\n  python: {told}')
    print(f'{count} deadlines, {refused} of them refused for want of a year, {wrong} differ (seed {seed})')
    return 1 if wrong or refused > count // 20 else 0


if __name__ == '__main__':
    sys.exit(main())

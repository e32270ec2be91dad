//! Days and months in their order.

use super::fact::{Fact, table};

pub(super) fn facts() -> Vec<Fact> {
    [
        neighbours("day", &DAYS),
        neighbours("month", &MONTHS.map(|[month, ..]| month)),
        table(
            &MONTHS,
            &[
                "How many days does {0} have?",
                "How long is {0}?",
                "How many days are in {0}?",
            ],
            "{0} has {1} days.",
        ),
        table(
            &MONTHS,
            &[
                "Which month is {0}?",
                "Where in the year is {0}?",
                "What number is {0}?",
            ],
            "{0} is the {2} month of the year.",
        ),
        table(
            &[[]],
            &["List the days of the week.", "Name the days of the week."],
            "The days of the week are Monday, Tuesday, Wednesday, Thursday, Friday, Saturday and \
             Sunday.",
        ),
        table(
            &[[]],
            &["List the seasons.", "Name the seasons."],
            "The seasons are spring, summer, autumn and winter.",
        ),
    ]
    .concat()
}

fn neighbours(kind: &str, cycle: &[&str]) -> Vec<Fact> {
    let next = cycle.iter().cycle().skip(1);
    let rows: Vec<[&str; 3]> = cycle
        .iter()
        .zip(next)
        .map(|(&before, &after)| [before, after, kind])
        .collect();
    let after = [
        "Which {2} follows {0}?",
        "What comes after {0}?",
        "Which {2} is after {0}?",
    ];
    let before = [
        "Which {2} precedes {1}?",
        "What comes before {1}?",
        "Which {2} is before {1}?",
    ];
    let followers = table(&rows, &after, "The {2} after {0} is {1}.");
    let predecessors = table(&rows, &before, "The {2} before {1} is {0}.");
    [followers, predecessors].concat()
}

const DAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];

/// Name, length outside leap years, place in the year.
const MONTHS: [[&str; 3]; 12] = [
    ["January", "31", "first"],
    ["February", "28", "second"],
    ["March", "31", "third"],
    ["April", "30", "fourth"],
    ["May", "31", "fifth"],
    ["June", "30", "sixth"],
    ["July", "31", "seventh"],
    ["August", "31", "eighth"],
    ["September", "30", "ninth"],
    ["October", "31", "tenth"],
    ["November", "30", "eleventh"],
    ["December", "31", "twelfth"],
];

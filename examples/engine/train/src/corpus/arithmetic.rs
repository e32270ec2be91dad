//! Sums, differences and products of small numbers.

use super::fact::{Fact, table};

pub(super) fn facts() -> Vec<Fact> {
    [sums(), differences(), products()].concat()
}

fn sums() -> Vec<Fact> {
    let pairs = (0..=10).flat_map(|a| (0..=10).map(move |b| [a, b, a + b]));
    let questions = [
        "What is {0} plus {1}?",
        "How much is {0} plus {1}?",
        "Calculate {0} plus {1}.",
        "Add {0} and {1}.",
    ];
    numbers(pairs, &questions, "{0} plus {1} is {2}.")
}

fn differences() -> Vec<Fact> {
    let pairs = (0..=10).flat_map(|a| (0..=a).map(move |b| [a, b, a - b]));
    let questions = [
        "What is {0} minus {1}?",
        "How much is {0} minus {1}?",
        "Calculate {0} minus {1}.",
    ];
    numbers(pairs, &questions, "{0} minus {1} is {2}.")
}

fn products() -> Vec<Fact> {
    let pairs = (1..=7).flat_map(|a| (1..=7).map(move |b| [a, b, a * b]));
    let questions = [
        "What is {0} times {1}?",
        "How much is {0} times {1}?",
        "Calculate {0} times {1}.",
        "Multiply {0} by {1}.",
    ];
    numbers(pairs, &questions, "{0} times {1} is {2}.")
}

fn numbers(rows: impl Iterator<Item = [u32; 3]>, questions: &[&str], answer: &str) -> Vec<Fact> {
    let texts: Vec<[String; 3]> = rows
        .map(|row| row.map(|number| number.to_string()))
        .collect();
    let rows: Vec<[&str; 3]> = texts
        .iter()
        .map(|row| row.each_ref().map(String::as_str))
        .collect();
    table(&rows, questions, answer)
}

//! The text that the shipped model learns: short questions and answers, written by this program.
//!
//! Every fact is asked in several ways. For every third fact, one way of asking is held out: the
//! model never sees that question in training, so a right answer shows that it learned the fact and
//! the way of asking, and not the line.

use fact::Fact;
use wf_engine::model::Rng;

mod arithmetic;
mod calendar;
mod countries;
mod fact;
mod manners;
mod nature;
mod serving;

pub use fact::Exchange;

/// An endless, seeded stream of questions with answers; a few microseconds each.
#[derive(Clone, Debug)]
pub struct Corpus {
    topics: Vec<Topic>,
    rng: Rng,
}

/// Facts of one kind, and how much of the text they get.
#[derive(Clone, Debug)]
struct Topic {
    percent: usize,
    facts: Vec<Fact>,
}

impl Corpus {
    /// The same seed gives the same stream on every machine.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            topics: topics(),
            rng: Rng::new(seed ^ STREAM),
        }
    }

    /// A question as the model was trained on it.
    pub fn exchange(&mut self) -> Exchange {
        let roll = self.rng.below(100);
        let mut share = 0;
        let chosen = self.topics.iter().find(|topic| {
            share += topic.percent;
            roll < share
        });
        let facts = &chosen.expect("the shares add up to a hundred").facts;
        self.rng.pick(facts).ask(&mut self.rng)
    }

    /// A prompt in the form of the shipped model's chat template, and the answer to it.
    pub(crate) fn document(&mut self) -> (String, String) {
        let Exchange { question, answer } = self.exchange();
        let question = self.as_typed(question);
        (format!("Q: {question}\nA: "), format!("{answer}\n"))
    }

    /// Some people leave out capitals or the mark at the end, and some are polite.
    fn as_typed(&mut self, question: String) -> String {
        match self.rng.below(16) {
            0 | 1 => question.to_lowercase(),
            2 | 3 => question.trim_end_matches(['?', '.', '!']).to_owned(),
            4 => format!("Hello! {question}"),
            5 => format!("{question} Thank you."),
            _ => question,
        }
    }

    /// Questions that training leaves out, each a known fact asked in a known way, but never before
    /// in this way.
    #[must_use]
    pub fn held_out() -> Vec<Exchange> {
        topics()
            .iter()
            .flat_map(|topic| &topic.facts)
            .filter_map(Fact::held_out)
            .collect()
    }
}

fn topics() -> Vec<Topic> {
    let topic = |percent, facts| Topic { percent, facts };
    vec![
        topic(45, countries::facts()),
        topic(25, arithmetic::facts()),
        topic(8, calendar::facts()),
        topic(11, nature::facts()),
        topic(8, serving::facts()),
        topic(3, manners::facts()),
    ]
}

/// Keeps the text's random numbers apart from those of the initial weights of the same seed.
const STREAM: u64 = 0x636f_7270_7573;

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn held_out_questions_never_occur_in_training_text() {
        let held_out: HashSet<String> = Corpus::held_out()
            .into_iter()
            .map(|held_out| held_out.question)
            .collect();
        let mut corpus = Corpus::new(1);
        assert!(held_out.len() > 200, "{}", held_out.len());
        assert!((0..20_000).all(|_| !held_out.contains(&corpus.exchange().question)));
    }

    #[test]
    fn every_question_has_one_answer() {
        let mut answers = std::collections::HashMap::new();
        let facts = topics().into_iter().flat_map(|topic| topic.facts);
        for (question, answer) in facts.flat_map(Fact::into_pairs) {
            let lower = question.to_lowercase();
            let before = answers.insert(lower, answer.clone());
            assert!(before.is_none_or(|before| before == answer), "{question}");
        }
    }

    #[test]
    fn equal_seeds_give_equal_text_and_others_do_not() {
        let text = |seed| {
            let mut corpus = Corpus::new(seed);
            (0..50).map(|_| corpus.document()).collect::<Vec<_>>()
        };
        assert_eq!(text(7), text(7));
        assert_ne!(text(7), text(8));
    }

    #[test]
    fn the_shares_add_up_to_a_hundred() {
        assert_eq!(
            topics().iter().map(|topic| topic.percent).sum::<usize>(),
            100
        );
    }

    #[test]
    fn documents_are_printable_lines_that_fit_the_context() {
        let mut corpus = Corpus::new(3);
        for _ in 0..5_000 {
            let (prompt, answer) = corpus.document();
            let document = prompt + &answer;
            assert!(document.len() <= 200, "{document}");
            assert!(
                document
                    .bytes()
                    .all(|byte| byte == b'\n' || (b' '..=b'~').contains(&byte))
            );
            assert_eq!(document.matches('\n').count(), 2);
        }
    }
}

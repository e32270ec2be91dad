//! A fact of the corpus, and the questions that ask for it.

use wf_engine::model::Rng;

/// A question and its one right answer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Exchange {
    /// The user's text.
    pub question: String,
    /// The expected text of the model, word for word.
    pub answer: String,
}

/// An answer and the questions that it answers.
#[derive(Clone, Debug)]
pub(super) struct Fact {
    questions: Vec<String>,
    answer: String,
    held_out: Option<usize>,
}

impl Fact {
    pub(super) fn ask(&self, rng: &mut Rng) -> Exchange {
        let known = self.questions.len() - usize::from(self.held_out.is_some());
        let chosen = rng.below(known);
        let skip = self.held_out.is_some_and(|held_out| chosen >= held_out);
        self.exchange(chosen + usize::from(skip))
    }

    pub(super) fn held_out(&self) -> Option<Exchange> {
        self.held_out.map(|held_out| self.exchange(held_out))
    }

    fn exchange(&self, question: usize) -> Exchange {
        Exchange {
            question: self.questions[question].clone(),
            answer: self.answer.clone(),
        }
    }

    #[cfg(test)]
    pub(super) fn into_pairs(self) -> impl Iterator<Item = (String, String)> {
        self.questions
            .into_iter()
            .map(move |question| (question, self.answer.clone()))
    }
}

/// Makes one fact per row: fills `{0}`, `{1}` and so on in all texts.
///
/// Of every third fact one question is held out, in turn. With two questions or fewer none is: the
/// rest would not teach what they mean.
pub(super) fn table<const N: usize>(
    rows: &[[&str; N]],
    questions: &[&str],
    answer: &str,
) -> Vec<Fact> {
    let held_out = |index: usize| {
        let some = questions.len() > 2 && index.is_multiple_of(3);
        some.then_some(index / 3 % questions.len())
    };
    let fact = |(index, row): (usize, &[&str; N])| Fact {
        questions: questions
            .iter()
            .map(|question| fill(question, row))
            .collect(),
        answer: fill(answer, row),
        held_out: held_out(index),
    };
    rows.iter().enumerate().map(fact).collect()
}

fn fill(template: &str, row: &[&str]) -> String {
    let place = |text: String, (column, value): (usize, &&str)| {
        text.replace(&format!("{{{column}}}"), value)
    };
    row.iter().enumerate().fold(template.to_owned(), place)
}

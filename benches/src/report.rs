//! Figures of a contest, and their table on the screen.
#![expect(clippy::print_stdout, reason = "a bench reports to its terminal")]

use serde::Serialize;

/// The cost of one contender, in nanoseconds of one core for one operation.
#[derive(Clone, Debug, Serialize)]
pub struct Figure {
    /// The question.
    pub question: &'static str,
    /// Name of the contender.
    pub contender: &'static str,
    /// The CPU time that is counted: of the `thread`s that ran the operations, or of the whole
    /// `process`.
    pub of: &'static str,
    /// Number of concurrent threads.
    pub threads: usize,
    /// The median over the batches.
    pub median_ns: f64,
    /// The minimum over the batches.
    pub min_ns: f64,
}

/// Prints one line per contender, and median and minimum per thread count.
pub(crate) fn print(question: &str, figures: &[Figure]) {
    println!("\n{question}: core-ns per operation, median (minimum)");
    let mut names: Vec<_> = figures.iter().map(|figure| figure.contender).collect();
    names.dedup();
    names.truncate(
        figures
            .iter()
            .filter(|f| f.threads == figures[0].threads)
            .count(),
    );
    for name in names {
        let mine = figures.iter().filter(|figure| figure.contender == name);
        let cells: String = mine
            .map(|f| {
                format!(
                    "  {:>2} threads {:>7.2} ({:>6.2})",
                    f.threads, f.median_ns, f.min_ns
                )
            })
            .collect();
        println!("{name:<28}{cells}");
    }
}

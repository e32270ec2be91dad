//! Figures as a table on the screen.
#![expect(clippy::print_stdout, reason = "a bench reports to its terminal")]

use crate::contest::Figure;

/// One line a contender, one pair of columns (median, smallest) a number of threads.
pub(crate) fn print(question: &str, figures: &[Figure]) {
    println!("\n{question}: core-ns an operation, median (smallest)");
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

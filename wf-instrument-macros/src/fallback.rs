//! What is emitted when something is wrong: the mistakes, and the item as it was written.
//!
//! Without the item, everything that calls it would be reported as well, and an editor could not complete inside its half-typed body.

use proc_macro2::TokenStream;

use crate::diagnostics::Mistakes;

pub(crate) fn keep(item: TokenStream, mistakes: Mistakes) -> TokenStream {
    let mut output = mistakes.report();
    // As one stream: taken apart, it would lose its invisible groups.
    output.extend([item]);
    output
}

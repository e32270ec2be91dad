//! The way of an annotated item: arguments → function → contradictions → model → expansion, or back to what it was.

use proc_macro2::TokenStream;

use crate::args::Args;
use crate::check::check;
use crate::expand::expand;
use crate::fallback::keep;
use crate::item::Function;
use crate::mistakes::Mistakes;
use crate::model::Model;

/// What `#[wf_measure(args)] item` becomes. Without the feature `enabled`: the item, once all is found right.
pub(crate) fn measure(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut mistakes = Mistakes::default();
    let args = Args::parse(args, &mut mistakes);
    let function = match syn::parse2::<Function>(item.clone()) {
        Ok(function) => function,
        Err(mistake) => {
            mistakes.add(mistake);
            return keep(item, mistakes);
        }
    };
    check(&args, &function, &mut mistakes);
    if !mistakes.is_empty() || cfg!(not(feature = "enabled")) {
        return keep(item, mistakes);
    }
    expand(&Model::new(args, &function), &function)
}

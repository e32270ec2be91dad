//! The arguments of a counter or a gauge: a name, a value and labels.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::parse::ParseStream;
use syn::{Error, LitStr, Result, Token, token};

use crate::args::expression::Code;
use crate::args::labels::{Label, labels};
use crate::diagnostics::Mistakes;
use crate::names;

/// `"name", value, labels(key = expr, ..)`, of which only the name is required.
pub(super) struct Metric {
    pub(super) name: LitStr,
    pub(super) args: MetricArgs,
}

impl Metric {
    /// Reads the arguments; `check` accepts those behind the name.
    ///
    /// # Errors
    ///
    /// `otherwise` where no name stands first; a wrong name and a mistake behind it together.
    pub(super) fn read(
        input: ParseStream<'_>,
        otherwise: &str,
        check: impl FnOnce(&LitStr, MetricArgs) -> Result<MetricArgs>,
    ) -> Result<Self> {
        let name: LitStr = input
            .parse()
            .map_err(|mistake| Error::new(mistake.span(), otherwise))?;
        let args = MetricArgs::read(input).and_then(|args| check(&name, args));
        match (name_mistake(&name), args) {
            (None, args) => Ok(Self { name, args: args? }),
            (Some(mistake), Ok(_)) => Err(mistake),
            (Some(mut mistake), Err(other)) => {
                mistake.combine(other);
                Err(mistake)
            }
        }
    }
}

fn name_mistake(name: &LitStr) -> Option<Error> {
    let text = name.value();
    let why = names::metric_mistake(&text)?;
    let message = format!("no metric can be named \"{text}\": {why}");
    Some(Error::new(name.span(), message))
}

/// `, value, labels(key = expr, ..)`, each of which may be missing.
#[derive(Default)]
pub(super) struct MetricArgs {
    pub(super) value: Option<Code>,
    pub(super) labels: Vec<Label>,
}

impl MetricArgs {
    /// Reads up to the first token that does not belong here.
    ///
    /// # Errors
    ///
    /// Every mistake in the labels, or the first anywhere else.
    pub(super) fn read(input: ParseStream<'_>) -> Result<Self> {
        let mut args = Self::default();
        while args.labels.is_empty() && !input.is_empty() {
            input.parse::<Token![,]>()?;
            if is_labels(input) {
                args.labels = read_labels(input)?;
                input.parse::<Option<Token![,]>>()?;
            } else if args.value.is_none() && !input.is_empty() {
                args.value = Some(input.parse()?);
            } else {
                break;
            }
        }
        Ok(args)
    }

    /// Types the labels where nothing is measured.
    pub(super) fn typed_labels(&self) -> TokenStream {
        let values = self.labels.iter().map(|label| label.value.as_str());
        quote!(#(let _: &str = #values;)*)
    }
}

/// A call of a function named `labels` is taken for labels, too.
fn is_labels(input: ParseStream<'_>) -> bool {
    let word = input.fork().parse::<Ident>();
    word.is_ok_and(|word| word == "labels") && input.peek2(token::Paren)
}

fn read_labels(input: ParseStream<'_>) -> Result<Vec<Label>> {
    let word: Ident = input.parse()?;
    let mut mistakes = Mistakes::default();
    let labels = labels(word.span(), input, names::label_mistake, &mut mistakes)?;
    mistakes.into_error().map_or(Ok(labels), Err)
}

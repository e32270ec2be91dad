//! The arguments of a counter or a gauge: a name, a value and labels.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::parse::ParseStream;
use syn::{Error, LitStr, Result, Token, token};

use crate::args::expression::Expression;
use crate::args::labels::{Label, parse_labels};
use crate::diagnostics::Diagnostics;
use crate::names;

/// `"name", value, labels(key = expr, ..)`, of which only the name is required.
pub(super) struct Metric {
    pub(super) name: LitStr,
    pub(super) args: MetricArgs,
}

impl Metric {
    /// Parses the arguments; `check` accepts those behind the name.
    ///
    /// # Errors
    ///
    /// `no_name` where the name is missing. A wrong name and an error behind it are combined.
    pub(super) fn parse(
        input: ParseStream<'_>,
        no_name: &str,
        check: impl FnOnce(&LitStr, MetricArgs) -> Result<MetricArgs>,
    ) -> Result<Self> {
        let name: LitStr = input
            .parse()
            .map_err(|error| Error::new(error.span(), no_name))?;
        let args = MetricArgs::parse(input).and_then(|args| check(&name, args));
        match (name_error(&name), args) {
            (None, args) => Ok(Self { name, args: args? }),
            (Some(error), Ok(_)) => Err(error),
            (Some(mut error), Err(other)) => {
                error.combine(other);
                Err(error)
            }
        }
    }
}

fn name_error(name: &LitStr) -> Option<Error> {
    let text = name.value();
    let why = names::metric_name_error(&text)?;
    let message = format!("invalid metric name \"{text}\": {why}");
    Some(Error::new(name.span(), message))
}

/// `, value, labels(key = expr, ..)`, each of them optional.
#[derive(Default)]
pub(super) struct MetricArgs {
    pub(super) value: Option<Expression>,
    pub(super) labels: Vec<Label>,
}

impl MetricArgs {
    /// Parses up to the first token that is not one of these arguments.
    ///
    /// # Errors
    ///
    /// Every error in the labels, or the first one elsewhere.
    pub(super) fn parse(input: ParseStream<'_>) -> Result<Self> {
        let mut args = Self::default();
        while args.labels.is_empty() && !input.is_empty() {
            input.parse::<Token![,]>()?;
            if is_labels(input) {
                args.labels = labels_argument(input)?;
                input.parse::<Option<Token![,]>>()?;
            } else if args.value.is_none() && !input.is_empty() {
                args.value = Some(input.parse()?);
            } else {
                break;
            }
        }
        Ok(args)
    }

    /// Returns statements that check the types of the labels where nothing is measured.
    pub(super) fn typed_labels(&self) -> TokenStream {
        let values = self.labels.iter().map(|label| label.value.as_str());
        quote!(#(let _: &str = #values;)*)
    }
}

/// Returns whether labels follow; a call of a function of that name counts as labels.
fn is_labels(input: ParseStream<'_>) -> bool {
    let word = input.fork().parse::<Ident>();
    word.is_ok_and(|word| word == "labels") && input.peek2(token::Paren)
}

fn labels_argument(input: ParseStream<'_>) -> Result<Vec<Label>> {
    let word: Ident = input.parse()?;
    let mut diagnostics = Diagnostics::default();
    let labels = parse_labels(
        word.span(),
        input,
        names::label_name_error,
        &mut diagnostics,
    )?;
    diagnostics.into_error().map_or(Ok(labels), Err)
}

//! Response bodies whose end is recorded in the slot of their connection.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http_body::{Body, Frame, SizeHint};

use crate::slots::Slot;

/// Body of a response. The response is over when the body ends or is dropped.
#[derive(Debug)]
pub(crate) struct ResponseBody<B> {
    body: B,
    _response: ResponseGuard,
}

/// A response that is being made, from the arrival of its request on.
#[derive(Debug)]
pub(crate) struct ResponseGuard(Arc<Slot>);

impl ResponseGuard {
    pub(crate) fn begin(slot: &Arc<Slot>) -> Self {
        slot.begin_response();
        Self(Arc::clone(slot))
    }

    pub(crate) const fn with_body<B>(self, body: B) -> ResponseBody<B> {
        ResponseBody {
            body,
            _response: self,
        }
    }
}

impl Drop for ResponseGuard {
    fn drop(&mut self) {
        self.0.end_response();
    }
}

impl<B: Body + Unpin> Body for ResponseBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

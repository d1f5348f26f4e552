//! A socket that notes what happens on it, says in words what hyper refuses, and closes so that the last answer
//! arrives.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use axum::http::StatusCode;
use memchr::memmem;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::activity::Activity;
use super::problem::Problem;

/// Bytes thrown away at a time while the peer is told goodbye.
const DISCARD_BYTES: usize = 4 * 1024;

/// A socket that notes what happens on it.
pub(super) struct Watched<T> {
    stream: T,
    activity: Arc<Activity>,
    read_ended: bool,
    write_ended: bool,
    /// What is written in place of hyper's own refusal, as far as it is not written yet.
    refusal: Option<Vec<u8>>,
}

impl<T> Watched<T> {
    pub(super) fn new(stream: T, activity: Arc<Activity>) -> Watched<T> {
        Watched { stream, activity, read_ended: false, write_ended: false, refusal: None }
    }

    /// What to write instead of bytes that are hyper's own refusal of a malformed head: a status and nothing else.
    fn refusal(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        let status = bytes.strip_prefix(b"HTTP/1.1 4")?.get(..2)?;
        // An answer of ours may be written when its request counts no more, but it has a document. hyper's has no body
        // and is the connection's last, so that another one in its place cannot be taken for anything else.
        let holds = |what: &str| memmem::find(bytes, what.as_bytes()).is_some();
        let is_hypers = holds("content-length: 0\r\n") && holds("connection: close\r\n");
        if !self.activity.is_between_requests() || !is_hypers || holds("content-type: ") {
            return None;
        }
        let status = StatusCode::from_bytes(&[b'4', status[0], status[1]]).ok()?;
        Some(Problem::of_head(status).to_answer())
    }

    fn note_write(&self, written: &Poll<io::Result<usize>>) {
        match written {
            Poll::Pending => self.activity.write_blocked(),
            Poll::Ready(_) => self.activity.written(),
        }
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Watched<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buffer))?;
        if buffer.filled().len() > before {
            self.activity.received();
        } else {
            self.read_ended = true;
        }
        Poll::Ready(Ok(()))
    }
}

impl<T: AsyncWrite + Unpin> Watched<T> {
    /// Writes a refusal in hyper's place.
    fn poll_refuse(&mut self, cx: &mut Context<'_>, refusal: Vec<u8>) -> Poll<io::Result<()>> {
        let rest = self.refusal.insert(refusal);
        while !rest.is_empty() {
            let written = Pin::new(&mut self.stream).poll_write(cx, rest);
            match &written {
                Poll::Pending => self.activity.write_blocked(),
                Poll::Ready(_) => self.activity.written(),
            }
            match ready!(written)? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                count => drop(rest.drain(..count)),
            }
        }
        self.refusal = None;
        Poll::Ready(Ok(()))
    }
}

impl<T: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Watched<T> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if let Some(refusal) = self.refusal.take().or_else(|| self.refusal(bytes)) {
            ready!(self.poll_refuse(cx, refusal))?;
            return Poll::Ready(Ok(bytes.len()));
        }
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.note_write(&written);
        written
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let first = slices.first().map_or(&[][..], |slice| slice);
        if let Some(refusal) = self.refusal.take().or_else(|| self.refusal(first)) {
            ready!(self.poll_refuse(cx, refusal))?;
            return Poll::Ready(Ok(slices.iter().map(|slice| slice.len()).sum()));
        }
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.note_write(&written);
        written
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(cx);
        // TLS takes bytes into its own buffer and is held up only here.
        match flushed {
            Poll::Pending => self.activity.write_blocked(),
            Poll::Ready(_) => self.activity.written(),
        }
        flushed
    }

    /// Ends our side, then reads and throws away what the peer still sends until it ends its own.
    ///
    /// A socket that is closed with unread bytes resets the connection, and the reset overtakes the answer: a client
    /// that is still sending a body which is too large would never see the 413. The connection's task ends this wait.
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if !this.write_ended {
            this.activity.closing();
            ready!(Pin::new(&mut this.stream).poll_shutdown(cx))?;
            this.write_ended = true;
        }
        while !this.read_ended && !this.activity.is_at_rest() {
            let mut space = [0; DISCARD_BYTES];
            let mut buffer = ReadBuf::new(&mut space);
            // How the peer ends does not matter any more.
            let ended = ready!(Pin::new(&mut this.stream).poll_read(cx, &mut buffer)).is_err();
            this.read_ended = ended || buffer.filled().is_empty();
        }
        Poll::Ready(Ok(()))
    }
}

//! [`Documents`]: documents as they arrive, one on a line.

use std::collections::VecDeque;

use futures::stream::{self, Stream};
use reqwest::Response;
use serde_json::Value as Json;
use sqh_model::{Error, Result};

use super::answer::{broke_off, broken};

/// One document may have so many bytes.
const MAX_LINE_BYTES: usize = 64 << 20;

/// Documents as they arrive. Dropped, it ends the connection.
#[derive(Debug)]
pub struct Documents {
    response: Response,
    /// What has come of lines that have not been given out.
    buffer: VecDeque<u8>,
    /// How much of it holds no line end.
    searched: usize,
    is_at_end: bool,
}

impl Documents {
    pub(super) fn new(response: Response) -> Self {
        Self { response, buffer: VecDeque::new(), searched: 0, is_at_end: false }
    }

    /// The next document, or `None` after the last.
    ///
    /// # Errors
    /// What the server says in place of a document, or `Unavailable` if the answer breaks off.
    pub async fn next(&mut self) -> Result<Option<Json>> {
        while let Some(line) = self.line().await? {
            if line.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            return match serde_json::from_slice(&line) {
                Ok(document) => Ok(Some(document)),
                Err(error) => Err(self.failure(line, error).await),
            };
        }
        Ok(None)
    }

    /// All of them, as a stream.
    pub fn into_stream(self) -> impl Stream<Item = Result<Json>> + Send {
        stream::try_unfold(self, |mut documents| async move {
            Ok(documents.next().await?.map(|document| (document, documents)))
        })
    }

    async fn line(&mut self) -> Result<Option<Vec<u8>>> {
        loop {
            let end = self.buffer.iter().skip(self.searched).position(|byte| *byte == b'\n');
            if let Some(end) = end {
                let length = self.searched + end + 1;
                self.searched = 0;
                return Ok(Some(self.buffer.drain(..length).collect()));
            }
            self.searched = self.buffer.len();
            if self.buffer.len() > MAX_LINE_BYTES {
                return Err(Error::invalid(format!("a document has more than {MAX_LINE_BYTES} bytes")));
            }
            if self.is_at_end {
                self.searched = 0;
                let last = Vec::from(std::mem::take(&mut self.buffer));
                return Ok((!last.is_empty()).then_some(last));
            }
            match self.response.chunk().await.map_err(broke_off)? {
                Some(chunk) => self.buffer.extend(chunk.iter()),
                None => self.is_at_end = true,
            }
        }
    }

    /// Why a line is no document: the lines behind it may say so.
    async fn failure(&mut self, mut text: Vec<u8>, error: serde_json::Error) -> Error {
        while let Ok(Some(line)) = self.line().await {
            text.extend(line);
        }
        broken(&text, error)
    }
}

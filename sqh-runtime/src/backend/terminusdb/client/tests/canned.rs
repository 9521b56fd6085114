//! [`Canned`]: a server that gives one answer after the other, whatever it is asked.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// A server for so many requests as it has answers.
pub(super) struct Canned {
    port: u16,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Canned {
    pub(super) async fn new(answers: impl IntoIterator<Item = String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (seen, answers) = (Arc::<Mutex<Vec<String>>>::default(), answers.into_iter().collect::<Vec<_>>());
        let requests = Arc::clone(&seen);
        tokio::spawn(async move {
            for answer in answers {
                let (mut stream, _) = listener.accept().await.unwrap();
                let request = request(&mut stream).await;
                requests.lock().unwrap().push(request);
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        Self { port, seen }
    }

    pub(super) fn url(&self) -> String {
        format!("http://admin:root@127.0.0.1:{}", self.port)
    }

    /// The requests so far.
    pub(super) fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

/// A request with its body, as far as it is text.
async fn request(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    loop {
        let mut part = [0; 4096];
        let count = stream.read(&mut part).await.unwrap();
        assert!(count > 0, "a request is whole");
        bytes.extend_from_slice(&part[..count]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some(head) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
        let length = text.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok()).unwrap_or(0);
        if bytes.len() >= head + 4 + length {
            return text;
        }
    }
}

pub(super) fn answer(status: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\nConnection: close\r\nContent-Type: application/json; charset=UTF-8\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}

/// An answer in two parts that are cut somewhere.
pub(super) fn chunked(body: &str) -> String {
    let (first, second) = body.split_at(body.len() / 3);
    format!("{}{:x}\r\n{second}\r\n0\r\n\r\n", head(first), second.len())
}

/// An answer whose last part never comes.
pub(super) fn broken_off(body: &str) -> String {
    head(body)
}

fn head(first: &str) -> String {
    let length = first.len();
    format!(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\nContent-Type: application/json; stream=true; charset=UTF-8\r\n\r\n{length:x}\r\n{first}\r\n"
    )
}

//! [`drop_after`]: a caller who goes away on the way.

use std::pin::pin;
use std::task::Poll;

/// Polls a future so many times at most; `None` if it was not done by then and is dropped.
pub(super) async fn drop_after<F: Future>(future: F, polls: Option<u32>) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut left = polls;
    std::future::poll_fn(|cx| {
        if left == Some(0) {
            return Poll::Ready(None);
        }
        if let Some(left) = &mut left {
            *left -= 1;
        }
        match future.as_mut().poll(cx) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if left == Some(0) => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::drop_after;

    #[tokio::test]
    async fn it_polls_so_often_and_no_more() {
        let two = || async {
            tokio::task::yield_now().await;
            7
        };
        assert_eq!(drop_after(two(), None).await, Some(7));
        assert_eq!(drop_after(two(), Some(2)).await, Some(7));
        assert_eq!(drop_after(two(), Some(1)).await, None);
        assert_eq!(drop_after(two(), Some(0)).await, None);
    }
}

//! What one call has left of its requests and bytes.
//!
//! Requests in flight at once each hold a share of the bytes that are left, so that together they can
//! never bring more than the call may have; what a request did not use goes back.

use std::sync::{Mutex, MutexGuard, PoisonError};

use capability::answer::{Failure, Page};
use capability::limits::Limits;

use crate::limits::CONCURRENT_GETS;

/// One call's accounts.
pub(crate) struct Ledger {
    request_limit: u32,
    byte_limit: u64,
    accounts: Mutex<Accounts>,
}

#[derive(Default)]
struct Accounts {
    requests: u32,
    received: u64,
    reserved: u64,
    /// Authorized and not yet begun.
    waiting: u64,
    in_flight: u64,
}

/// A request's share of the bytes; what is not [settled](Share::settle) goes back.
pub(crate) struct Share<'a> {
    ledger: &'a Ledger,
    bytes: u64,
}

impl Ledger {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            request_limit: limits.requests,
            byte_limit: limits.bytes,
            accounts: Mutex::default(),
        }
    }

    /// Counts one request that the plugin asks for. What is denied afterwards counts too: asking is
    /// not free, and an audit log cannot be flooded with denials.
    pub(crate) fn ask(&self) -> Result<(), Failure> {
        let mut accounts = self.lock();
        if accounts.requests >= self.request_limit {
            return Err(Failure::Exhausted(format!(
                "this call's {} requests are spent; ask for larger pages, or have limits.requests raised",
                self.request_limit
            )));
        }
        accounts.requests += 1;
        Ok(())
    }

    /// Announces one request that will be begun, so that the bytes are shared out among all of them.
    pub(crate) fn announce(&self) {
        self.lock().waiting += 1;
    }

    /// Begins an announced request.
    pub(crate) fn begin(&self) -> Result<Share<'_>, Failure> {
        let mut accounts = self.lock();
        let free = (CONCURRENT_GETS as u64).saturating_sub(accounts.in_flight);
        let among = accounts.waiting.min(free).max(1);
        accounts.waiting = accounts.waiting.saturating_sub(1);
        let left = self
            .byte_limit
            .saturating_sub(accounts.received)
            .saturating_sub(accounts.reserved);
        let bytes = left / among;
        if bytes == 0 {
            return Err(self.no_bytes());
        }
        accounts.reserved += bytes;
        accounts.in_flight += 1;
        Ok(Share {
            ledger: self,
            bytes,
        })
    }

    /// Requests that were asked for, and bytes that came.
    pub(crate) fn spent(&self) -> (u32, u64) {
        let accounts = self.lock();
        (accounts.requests, accounts.received)
    }

    fn no_bytes(&self) -> Failure {
        Failure::Exhausted(format!(
            "this call's {} bytes of responses are spent; ask for fewer or smaller pages, or have limits.bytes raised",
            self.byte_limit
        ))
    }

    fn lock(&self) -> MutexGuard<'_, Accounts> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Share<'_> {
    /// Bytes that the request may bring.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Charges what came. A page beyond the share is withheld, whoever let it through.
    pub(crate) fn settle(self, answer: Result<Page, Failure>) -> Result<Page, Failure> {
        let received = match &answer {
            Ok(page) => page.received,
            // All of the share was read before the body was given up.
            Err(Failure::Exhausted(_)) => self.bytes,
            Err(_) => 0,
        };
        let mut accounts = self.ledger.lock();
        accounts.received = accounts.received.saturating_add(received);
        drop(accounts);
        if received > self.bytes {
            return Err(self.ledger.no_bytes());
        }
        answer
    }
}

impl Drop for Share<'_> {
    fn drop(&mut self) {
        let mut accounts = self.ledger.lock();
        accounts.reserved = accounts.reserved.saturating_sub(self.bytes);
        accounts.in_flight = accounts.in_flight.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ledger(requests: u32, bytes: u64) -> Ledger {
        Ledger::new(&Limits {
            requests,
            bytes,
            ..Limits::DEFAULT
        })
    }

    fn page(received: u64) -> Result<Page, Failure> {
        Ok(Page {
            body: String::new(),
            next: None,
            received,
            rows: 0,
            request_id: None,
            seen: capability::projection::Seen::default(),
        })
    }

    fn begin(ledger: &Ledger) -> Result<Share<'_>, Failure> {
        ledger.announce();
        ledger.begin()
    }

    #[test]
    fn the_last_request_is_taken_and_the_next_is_not() {
        let ledger = ledger(2, 1);
        assert!(ledger.ask().is_ok());
        assert!(ledger.ask().is_ok());
        assert!(matches!(ledger.ask(), Err(Failure::Exhausted(_))));
        assert_eq!(ledger.spent().0, 2);
    }

    #[test]
    fn the_last_byte_is_taken_and_the_next_is_not() {
        let ledger = ledger(9, 100);
        assert!(begin(&ledger).unwrap().settle(page(60)).is_ok());
        let share = begin(&ledger).unwrap();
        assert_eq!(share.bytes(), 40);
        assert!(share.settle(page(40)).is_ok());
        assert!(begin(&ledger).is_err());
    }

    #[test]
    fn a_page_beyond_its_share_is_withheld_and_charged() {
        let ledger = ledger(9, 100);
        assert!(begin(&ledger).unwrap().settle(page(101)).is_err());
        assert_eq!(ledger.spent().1, 101);
        assert!(begin(&ledger).is_err());
    }

    #[test]
    fn shares_in_flight_never_add_up_to_more_than_is_left() {
        let ledger = ledger(99, 1_000);
        for _ in 0..20 {
            ledger.announce();
        }
        let shares: Vec<_> = (0..8).map(|_| ledger.begin().unwrap()).collect();
        assert!(shares.iter().map(Share::bytes).sum::<u64>() <= 1_000);
        assert!(shares.iter().all(|share| share.bytes() == 125));
        drop(shares);
        for _ in 0..11 {
            drop(ledger.begin().unwrap());
        }
        assert_eq!(
            ledger.begin().unwrap().bytes(),
            1_000,
            "the last one has no one to share with"
        );
    }

    #[test]
    fn a_body_that_was_given_up_costs_its_share_and_a_refusal_nothing() {
        let ledger = ledger(9, 100);
        let share = begin(&ledger).unwrap();
        assert!(
            share
                .settle(Err(Failure::Unavailable("dns".into())))
                .is_err()
        );
        assert_eq!(ledger.spent().1, 0);
        let share = begin(&ledger).unwrap();
        assert!(
            share
                .settle(Err(Failure::Exhausted("too large".into())))
                .is_err()
        );
        assert_eq!(ledger.spent().1, 100);
    }
}

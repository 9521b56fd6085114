//! The servers of a store and their keepers, which come and go while it is in use.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};

use sqh_model::{Error, ErrorKind, Result};

use super::super::keeper::{Door, Keeper};
use super::super::place::Use;
use super::super::{ConnectionKey, Session, StoreConfig};
use super::{Inner, Keepers};
use crate::tenancy::server::{Role, Server};

impl Inner {
    /// Has a server tell who it is, if the password of one of its roles follows from that.
    pub(in crate::tenancy::pool) async fn identify(&self, server: &Server, role: Role) -> Result<()> {
        let ask = async {
            let key = ConnectionKey::new(server.name().clone(), server.maintenance_database().clone(), Role::Owner);
            let keeper = self.keeper(&key)?;
            if !keeper.server().has_secret_of(server) {
                let message = format!("{server} is another one now: try again");
                return Err(Error::new(ErrorKind::Unavailable, message));
            }
            keeper.identify().await
        };
        server.identify(role, ask).await
    }

    /// Takes in a server while the store is in use, in the place of the one of its name. The connections
    /// of the store's own to it come out of the budget: callers have as many fewer once the next ones
    /// come back.
    pub(in crate::tenancy::pool) fn put_server(self: &Arc<Self>, server: Server) -> Result<()> {
        let server = Arc::new(server);
        let retired = {
            let mut all = self.keepers();
            let others = all.keys().filter(|(name, _)| name != server.name()).count();
            if others + server.endpoints().count() >= self.config.budget {
                return Err(no_room(&server, self.config.budget));
            }
            let retired = take_keepers(&mut all, server.name());
            let own = server.endpoints().count();
            self.own.fetch_add(own, Ordering::AcqRel);
            all.extend(keepers(&server, self.config, &Arc::downgrade(self)));
            self.servers.put(server);
            retired
        };
        self.retire(&retired);
        Ok(())
    }

    /// Forgets a server. The connections to it are closed, the lent ones when they come back; after the
    /// last one the places of the store's own are the callers' again.
    pub(in crate::tenancy::pool) fn remove_server(self: &Arc<Self>, name: &str) {
        let retired = {
            let mut all = self.keepers();
            self.servers.remove(name);
            take_keepers(&mut all, name)
        };
        self.retire(&retired);
    }

    fn retire(self: &Arc<Self>, keepers: &[Arc<Keeper>]) {
        // First, so that whatever comes back from now on is closed.
        keepers.iter().for_each(|keeper| keeper.retire());
        let mut books = self.books();
        let sessions = books.drain_idle(Session::is_of_the_past);
        self.close(books, sessions);
    }

    /// A keeper has gone: its place is the callers'.
    pub(in crate::tenancy::pool) fn give_back_own(self: &Arc<Self>) {
        self.own.fetch_sub(1, Ordering::AcqRel);
        self.books().places += 1;
        self.release(&Use::Idle);
    }

    /// The keeper of the server that a key leads to.
    pub(in crate::tenancy::pool) fn keeper(&self, key: &ConnectionKey) -> Result<Arc<Keeper>> {
        let keeper = self.keepers().get(&(Arc::clone(&key.server), key.endpoint)).cloned();
        keeper.ok_or_else(|| match self.servers.find(&key.server) {
            Ok(server) => Error::new(ErrorKind::Unavailable, format!("{server} has no {:?} any more", key.endpoint)),
            Err(unknown) => unknown,
        })
    }
}

/// The keepers of a server, one for each place to log in.
pub(super) fn keepers(server: &Arc<Server>, config: StoreConfig, store: &Weak<Inner>) -> Keepers {
    let keeper = |endpoint| {
        let door = Door { server: Arc::clone(server), endpoint, timeout: config.connect_timeout };
        ((Arc::clone(server.name()), endpoint), Arc::new(Keeper::new(door, Weak::clone(store))))
    };
    server.endpoints().map(keeper).collect()
}

fn take_keepers(keepers: &mut Keepers, server: &str) -> Vec<Arc<Keeper>> {
    keepers.extract_if(.., |(name, _), _| &**name == server).map(|(_, keeper)| keeper).collect()
}

fn no_room(server: &Server, budget: usize) -> Error {
    Error::invalid(format!(
        "a budget of {budget} connections leaves none for callers with {server}: the store has one of its own to each \
         place to log in, so raise the budget"
    ))
}

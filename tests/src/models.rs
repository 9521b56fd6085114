//! The models of the suite: each shows some of what a model can say.

mod article;
mod book;
mod deed;
mod essay;
mod event;
mod everything;
mod family;
mod memo;
mod place;
mod priced;
mod secret;
mod station;
mod view;

pub use self::article::Article;
pub use self::book::{Book, BookShelf, Genre};
pub use self::deed::Deed;
pub use self::essay::Essay;
pub use self::event::{Event, Reading};
pub use self::everything::{Color, Dimensions, Everything, Label, Perhaps, Preferences, Size};
pub use self::family::{Chapter, Clue, Reader, ReaderCard, Remark};
pub use self::memo::{Entry, Memo, Notice};
pub use self::place::Place;
pub use self::priced::{Coupon, Priced, Tagged};
pub use self::secret::{Badge, Person};
pub use self::station::{Account, Station};
pub use self::view::{PagePair, Payroll, ShelfStat, StationNorth, WriterStat};

use sqh_runtime::models;
use sqh_runtime::schema::ModelDef;

/// All models of the suite, but for [`Deed`], whose tests are their own.
pub fn all() -> Vec<&'static ModelDef> {
    models![
        Everything,
        Perhaps,
        Book,
        BookShelf,
        Event,
        Reading,
        Reader,
        ReaderCard,
        Chapter,
        Clue,
        Remark,
        Priced,
        Coupon,
        Tagged,
        Person,
        Station,
        Account,
        Essay,
        Place,
        Memo,
        Entry,
        Notice,
        ShelfStat,
        PagePair,
        WriterStat,
        Payroll,
        StationNorth,
        Article
    ]
    .to_vec()
}

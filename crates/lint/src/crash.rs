//! Where a panic happened, without what it said: the message of a panic can hold a piece of the snapshot.

use std::cell::{Cell, RefCell};
use std::sync::Once;

thread_local! {
    static WATCHING: Cell<bool> = const { Cell::new(false) };
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Runs `work` with panics of this thread kept silent, and returns the place of a panic beside its result.
pub(crate) fn watched<T>(work: impl FnOnce() -> T) -> (T, Option<String>) {
    static INSTALL: Once = Once::new();
    INSTALL.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if WATCHING.get() {
                let place = info.location().map(|l| format!("{}:{}:{}", l.file(), l.line(), l.column()));
                PLACE.with(|slot| *slot.borrow_mut() = place);
            } else {
                before(info);
            }
        }));
    });
    let outer = WATCHING.replace(true);
    let result = work();
    WATCHING.set(outer);
    (result, PLACE.with(|slot| slot.borrow_mut().take()))
}

//! Group `state`.

use api::Params;

use super::guest::Guest;

pub(super) fn write(params: &mut Params, guest: &Guest<'_>) {
    let state = guest.view.state;
    params.int("state.state", state.state().0).int("state.reason", state.reason);
}

//! c
/// id
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConceptId(u32);
impl ConceptId {
    pub(crate) fn new(id: u32) -> Self { Self(id) }
    /// g
    pub fn get(self) -> u32 { self.0 }
}

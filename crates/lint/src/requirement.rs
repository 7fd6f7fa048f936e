/// One requirement of the source documents: what they say of a group, an account or a product.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Requirement<'t> {
    /// `A14.5`: the item of the document and the number of the statement about it.
    pub id: &'t str,
    /// The group or account, by its title in the document.
    pub subject: &'t str,
    /// What must hold.
    pub statement: &'t str,
    /// Why no snapshot can tell, and what a human should look at. Absent where lints judge it.
    pub reason: Option<&'t str>,
}

impl<'t> Requirement<'t> {
    /// The rows of a table: tab-separated columns `id`, `subject`, `statement`, `reason` under a line that names
    /// them; the last may be empty.
    ///
    /// # Errors
    /// The number of the first line (from 1) that has other columns, or whose first three are not all filled.
    pub fn table(text: &'t str) -> Result<Vec<Requirement<'t>>, usize> {
        let mut lines = text.lines();
        if lines.next() != Some("id\tsubject\tstatement\treason") {
            return Err(1);
        }
        lines
            .enumerate()
            .map(|(index, line)| match line.split('\t').collect::<Vec<_>>()[..] {
                [id, subject, statement, reason]
                    if ![id, subject, statement].iter().any(|s| s.trim().is_empty()) =>
                {
                    Ok(Requirement { id, subject, statement, reason: Some(reason).filter(|r| !r.is_empty()) })
                }
                _ => Err(index + 2),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Requirement;

    #[test]
    fn a_row_has_three_filled_columns_and_perhaps_a_reason() {
        let head = "id\tsubject\tstatement\treason\n";
        let text = format!("{head}X.1\tThings\tIt holds.\t\nX.2\tThings\tIt helps.\tNobody can tell.\n");
        let rows = Requirement::table(&text).unwrap();
        assert_eq!(rows.len(), 2);
        assert_eq!((rows[0].id, rows[0].reason), ("X.1", None));
        assert_eq!(rows[1].reason, Some("Nobody can tell."));
        assert_eq!(Requirement::table(&format!("{head}X.1\tThings\tIt holds.\n")), Err(2));
        assert_eq!(
            Requirement::table(&format!("{head}X.1\tThings\tIt holds.\t\nX.2\t\tIt holds.\t\n")),
            Err(3)
        );
        assert_eq!(Requirement::table("id\n"), Err(1));
    }
}

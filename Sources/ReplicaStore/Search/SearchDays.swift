import LetterModel

/// Words of the index for the days of a letter: they narrow a search down to the letters that may be from some days, before places of words are compared.
///
/// Days of a letter and days that are asked for that have a day in common have a word in common. The opposite does not hold: the exact days are compared
/// with those of the list.
enum SearchDays {
    /// A letter of more months has words for its years alone.
    private static let monthLimit = 3
    /// A letter of more years, or with an open end, has one word that says so.
    private static let yearLimit = 10
    /// Days of as many months are asked for by their years.
    private static let askedMonthLimit = 12
    /// Days of more years are not asked for by words.
    private static let askedYearLimit = 40

    /// The word of a letter that may be from any time.
    private static let anyYear = SearchDocument.edge + "years"

    private static func year(_ year: Int) -> String { "\(SearchDocument.edge)year\(number(year))" }
    /// The year of a letter that may be from any month of it.
    private static func anyMonth(_ year: Int) -> String { "\(SearchDocument.edge)months\(number(year))" }
    private static func month(_ month: Int) -> String {
        let year = (month - (month < 0 ? 11 : 0)) / 12
        return "\(SearchDocument.edge)month\(month - 12 * year + 1)of\(number(year))"
    }
    /// A hyphen would cut the word in two.
    private static func number(_ year: Int) -> String { year < 0 ? "before\(-year)" : "\(year)" }

    private static func months(_ days: ClosedRange<CalendarDay>) -> ClosedRange<Int> {
        (days.lowerBound.year * 12 + days.lowerBound.month - 1)...(days.upperBound.year * 12 + days.upperBound.month - 1)
    }

    private static func years(_ days: ClosedRange<CalendarDay>) -> ClosedRange<Int> {
        days.lowerBound.year...days.upperBound.year
    }

    /// The words of a letter's date; none if it has no days.
    static func words(of date: EDTF) -> [String] {
        guard date.earliest != nil || date.latest != nil else { return [] }
        guard let earliest = date.earliest, let latest = date.latest, earliest <= latest,
            years(earliest...latest).count <= yearLimit
        else { return [anyYear] }
        let (years, months) = (years(earliest...latest), months(earliest...latest))
        return years.map(year) + (months.count <= monthLimit ? months.map(month) : years.map(anyMonth))
    }

    /// Words, of which each letter that may be from these days has one; none if they were too many.
    static func words(asking days: ClosedRange<CalendarDay>) -> [String] {
        let (years, months) = (years(days), months(days))
        if months.count < askedMonthLimit { return months.map(month) + years.map(anyMonth) + [anyYear] }
        return years.count <= askedYearLimit ? years.map(year) + [anyYear] : []
    }
}

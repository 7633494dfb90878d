import ArchiveClient
import LetterModel

/// Moments as people say them: `3 hours ago`. Scripts get the moment itself.
enum RelativeTime {
    /// How long before `now` something was. What is more than a year ago, or yet to come by more than a clock may be wrong, is named by its day.
    static func text(_ moment: Timestamp, now: Timestamp) -> String {
        let seconds = (now.milliseconds - moment.milliseconds) / 1000
        switch seconds {
        case ..<(-300): return day(moment)
        case ..<45: return "just now"
        case ..<90: return "a minute ago"
        case ..<2_700: return "\((seconds + 30) / 60) minutes ago"
        case ..<5_400: return "an hour ago"
        case ..<79_200: return "\((seconds + 1_800) / 3_600) hours ago"
        case ..<129_600: return "a day ago"
        case ..<1_209_600: return "\((seconds + 43_200) / 86_400) days ago"
        case ..<5_184_000: return "\((seconds + 302_400) / 604_800) weeks ago"
        case ..<31_536_000: return "\((seconds + 1_315_000) / 2_630_000) months ago"
        default: return day(moment)
        }
    }

    private static func day(_ moment: Timestamp) -> String { String(moment.text.prefix(10)) }
}

extension CommandContext {
    /// A moment for people on a terminal, exact where a program reads along.
    func time(_ moment: Timestamp?) -> String {
        guard let moment else { return "no time" }
        return console.output.isTerminal ? RelativeTime.text(moment, now: surroundings.now()) : moment.text
    }
}

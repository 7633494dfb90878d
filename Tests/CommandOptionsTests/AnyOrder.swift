import Foundation
import Testing

extension Trait where Self == ConditionTrait {
    /// Skips a suite where the environment asks popt, as any GNU program, to take no options behind arguments.
    static var optionsInAnyOrder: Self {
        let environment = ProcessInfo.processInfo.environment
        return .enabled(
            if: environment["POSIXLY_CORRECT"] == nil && environment["POSIX_ME_HARDER"] == nil,
            "POSIXLY_CORRECT is set: options cannot follow arguments")
    }
}

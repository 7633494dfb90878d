import Testing
@testable import LetterModel

import CommandOptions
import Testing

@testable import ChanceryCommands

/// The program as it describes itself.
struct ProgramTests {
    @Test func `every command is known by the name in its description, and nothing is named twice`() {
        program.checkNames()
        #expect(program.commands.count > 30)
    }
}

import CommandOptions
import Testing

@testable import ServerCommands

/// The program as it describes itself.
struct ServerProgramTests {
    @Test func `every command is known by the name in its description, and nothing is named twice`() {
        ServerProgram.program.checkNames()
        #expect(ServerProgram.program.commands.count > 10)
    }
}

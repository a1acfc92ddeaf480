// Every room but extension/vscode resolves "vscode" to this file, so that importing it does not compile.
export = thisRoomMayNotImportVscode;

@rem Doppel's command line, on the Node and the engine that lie beside this file.
@"%~dp0bin\node.exe" "%~dp0src-main\cli\main.ts" %*

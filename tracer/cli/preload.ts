// Modules of Node's that a recording needs, loaded while V8's flags are still Node's own: V8 refuses the compiled code that Node has of them when flags have changed.
if (process.argv[2] === 'record') for (const name of ['node:os', 'node:crypto']) require(name);

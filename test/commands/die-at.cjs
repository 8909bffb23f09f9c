// Preloaded into a command: dies, as if the power failed, when it is about to do what DIE_AT names, or half way.
const fs = require('node:fs');
const promises = require('node:fs/promises');

const step = process.env.DIE_AT;
const die = () => process.kill(process.pid, 'SIGKILL');

/** Replaces a function that is one or the other style's, in every place where a program could have it from. */
function before(name, action) {
  for (const owner of [fs, promises]) {
    const original = owner[name];
    if (original !== undefined)
      owner[name] = function (...args) {
        action(...args);
        return original.apply(this, args);
      };
  }
}

if (step === 'rename') {
  before('rename', die);
  before('renameSync', die);
} else {
  const { open } = promises;
  promises.open = async (path, flags, ...rest) => {
    const handle = await open(path, flags, ...rest);
    if (flags === 'wx') {
      if (step === 'open') die();
      if (step === 'sync') handle.sync = die;
      if (step === 'write') {
        handle.writeFile = async (text) => {
          await handle.write(String(text).slice(0, 40));
          die();
        };
      }
    }
    return handle;
  };
}

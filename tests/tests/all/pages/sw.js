onmessage = (event) => fetch(event.data)
    .then((response) => response.text(), () => "no answer")
    .then((text) => event.source.postMessage(text));

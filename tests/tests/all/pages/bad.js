console.error("the page complains");
fetch("http://stranger.invalid/beacon").catch(() => {});

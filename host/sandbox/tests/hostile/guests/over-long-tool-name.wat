;; Has a tool whose name is longer than a client shows: what follows the last letter that is shown is seen by the model
;; alone.

(component
  (@custom "okta:plugin/tools"
    "[{\"name\": \"attack\", \"title\": \"A title\", \"description\": \"A description.\", \"inputSchema\": {\"type\": \"object\"}},"
    " {\"name\": \"other\", \"title\": \"A title\", \"description\": \"A description.\", \"inputSchema\": {\"type\": \"object\"}},"
    " {\"name\": \"get_user_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\", \"title\": \"A title\", \"description\": \"A description.\", \"inputSchema\": {\"type\": \"object\"}}]")
  (instance $tools)
  (export "okta:plugin/tools@0.1.0" (instance $tools)))

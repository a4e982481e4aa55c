;; Asks Okta for groups, for ever, whatever the host answers.

(data (i32.const 8192) "/api/v1/groups")

(func (export "okta:plugin/tools@0.1.0#call")
  (param $name i32) (param $name_size i32) (param $arguments i32) (param $size i32)
  (param i32 i32 i32 i32 i32 i32) (result i32)
  (loop $more
    (call $get (i32.const 8192) (i32.const 14) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)
      (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 4096))
    (global.set $heap (i32.const 65536))
    (br $more))
  unreachable)
